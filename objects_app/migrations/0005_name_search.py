"""An index of the trigrams of names, by which PostgreSQL finds a part of a name without reading every name.

It needs the extension pg_trgm, which may be missing, or not ours to create; then searches read the names of the list,
and are short enough for that (listing.LONGEST_SEARCH). README says how the index is added later.
"""

from django.db import ProgrammingError, migrations, transaction

EXTENSION = "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'"
INDEX = 'CREATE INDEX object_name_trigrams ON objects_app_storedobject USING gin (folded_name {schema}.gin_trgm_ops)'


def add_index(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != 'postgresql':
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.rowcount == 0:
            return
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
        except ProgrammingError:  # no right to do so
            return
        cursor.execute(EXTENSION)
        (schema,) = cursor.fetchone()
        cursor.execute(INDEX.format(schema=connection.ops.quote_name(schema)))


def remove_index(apps, schema_editor):
    """The extension stays: it may have been there before."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('DROP INDEX IF EXISTS object_name_trigrams')


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0004_byte_order'),
    ]

    operations = [
        migrations.RunPython(add_index, remove_index),
    ]
