"""Indexes that others begin with, and those of PostgreSQL for LIKE, which says nothing new where bytes are compared.

Each change of an object would be written into them as well. They are dropped by hand: on SQLite a changed field would
make the table anew, without its triggers.
"""

import django.db.models.deletion
from django.db import migrations, models

NEEDLESS = {'storedobject': ['id', 'account_id'], 'metadatapair': ['account_id', 'stored_object_id']}


def drop_needless(apps, schema_editor):
    for name, columns in NEEDLESS.items():
        model = apps.get_model('objects_app', name)
        named = {index.name for index in model._meta.indexes}
        for column in columns:
            found = schema_editor._constraint_names(
                model, [column], index=True, unique=False, primary_key=False, exclude=named
            )
            for index in found:
                schema_editor.execute(f'DROP INDEX {schema_editor.quote_name(index)}')


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0016_counts_in_place'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(drop_needless, migrations.RunPython.noop),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='storedobject',
                    name='account',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stored_objects', to='objects_app.account'),
                ),
                migrations.AlterField(
                    model_name='metadatapair',
                    name='account',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='objects_app.account'),
                ),
                migrations.AlterField(
                    model_name='metadatapair',
                    name='stored_object',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='metadata_pairs', to='objects_app.storedobject'),
                ),
            ],
        ),
    ]
