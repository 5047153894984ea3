"""What migrations that bring text columns do to them on PostgreSQL."""

COLUMNS = """
    SELECT a.attrelid::regclass::text, string_agg(
        format('ALTER %%I TYPE %%s COLLATE "C"', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
    )
    FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
    WHERE a.attrelid = ANY(%s::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped AND c.collname <> 'C'
    GROUP BY a.attrelid
"""


def compare_byte_by_byte(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != 'postgresql':
        return
    models = apps.get_app_config('objects_app').get_models(include_auto_created=True)
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [tables])
        for table, changes in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} {changes}')
