"""Counts of objects, kept by triggers: how many there are of an account, state and visibility is the sum of rows."""

import django.db.models.deletion
from django.db import migrations, models

from objects_app.migrations._byte_order import compare_byte_by_byte

INTO = 'INSERT INTO objects_app_objectcount (account_id, state, is_public, amount)'
ONE_MORE = f'{INTO} VALUES (NEW.account_id, NEW.state, NEW.is_public, 1);'
ONE_LESS = f'{INTO} VALUES (OLD.account_id, OLD.state, OLD.is_public, -1);'
TABLE = 'objects_app_storedobject'
COUNTED = ('account_id', 'state', 'is_public')

SQLITE = [
    f'CREATE TRIGGER count_created AFTER INSERT ON {TABLE} BEGIN {ONE_MORE} END',
    f'CREATE TRIGGER count_removed AFTER DELETE ON {TABLE} BEGIN {ONE_LESS} END',
    f"""
    CREATE TRIGGER count_changed AFTER UPDATE OF {', '.join(COUNTED)} ON {TABLE}
    WHEN {' OR '.join(f'OLD.{column} <> NEW.{column}' for column in COUNTED)}
    BEGIN {ONE_LESS} {ONE_MORE} END
    """,
]
POSTGRESQL = [
    f'CREATE FUNCTION count_created() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {ONE_MORE} RETURN NULL; END $$',
    f'CREATE FUNCTION count_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {ONE_LESS} RETURN NULL; END $$',
    f"""
    CREATE FUNCTION count_changed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {ONE_LESS} {ONE_MORE} RETURN NULL; END $$
    """,
    f'CREATE TRIGGER count_created AFTER INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION count_created()',
    f'CREATE TRIGGER count_removed AFTER DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION count_removed()',
    f"""
    CREATE TRIGGER count_changed AFTER UPDATE OF {', '.join(COUNTED)} ON {TABLE} FOR EACH ROW
    WHEN ({' OR '.join(f'OLD.{column} <> NEW.{column}' for column in COUNTED)})
    EXECUTE FUNCTION count_changed()
    """,
]
BACK = [f'DROP TRIGGER {name} ON {TABLE}' for name in ('count_created', 'count_removed', 'count_changed')]
BACK_ON_SQLITE = [statement.partition(' ON ')[0] for statement in BACK]
BACK_ON_POSTGRESQL = [*BACK, 'DROP FUNCTION count_created(), count_removed(), count_changed()']


def count(apps, schema_editor):
    for statement in {'sqlite': SQLITE, 'postgresql': POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
    there = f'SELECT account_id, state, is_public, COUNT(*) FROM {TABLE} GROUP BY account_id, state, is_public'
    schema_editor.execute(f'{INTO} {there}')


def count_no_more(apps, schema_editor):
    for statement in {'sqlite': BACK_ON_SQLITE, 'postgresql': BACK_ON_POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0014_audit_for_staff'),
    ]

    operations = [
        migrations.CreateModel(
            name='ObjectCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('UPLOADING', 'Uploading'), ('READ_ONLY', 'Read Only'), ('ERROR', 'Error'), ('DELETED', 'Deleted')], max_length=10)),
                ('is_public', models.BooleanField()),
                ('amount', models.BigIntegerField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='objects_app.account')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'state', 'is_public', 'amount'], name='count_of_account'), models.Index(condition=models.Q(('is_public', True), ('state', 'READ_ONLY')), fields=['account', 'amount'], name='count_of_public')],
            },
        ),
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
        migrations.RunPython(count, count_no_more),
    ]
