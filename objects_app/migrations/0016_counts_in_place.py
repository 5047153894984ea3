"""Counts of objects on SQLite, which has one writer at a time: a change changes its row rather than add another.

There is no way back to take: counts are sums of rows, however many they are.
"""

from django.db import migrations

TABLE = 'objects_app_storedobject'
COUNTS = 'objects_app_objectcount'
COUNTED = ('account_id', 'state', 'is_public')


def counting(row: str, amount: str) -> str:
    """To the row that is there, or as a new one."""
    of_this = ' AND '.join(f'{column} = {row}.{column}' for column in COUNTED)
    values = ', '.join(f'{row}.{column}' for column in COUNTED)
    return f"""
        UPDATE {COUNTS} SET amount = amount + {amount} WHERE id = (SELECT id FROM {COUNTS} WHERE {of_this} LIMIT 1);
        INSERT INTO {COUNTS} ({', '.join(COUNTED)}, amount) SELECT {values}, {amount} WHERE changes() = 0;
    """


ONE_LESS, ONE_MORE = counting('OLD', '-1'), counting('NEW', '1')
TRIGGERS = {
    'count_created': f'AFTER INSERT ON {TABLE} BEGIN {ONE_MORE} END',
    'count_removed': f'AFTER DELETE ON {TABLE} BEGIN {ONE_LESS} END',
    'count_changed': f"""
        AFTER UPDATE OF {', '.join(COUNTED)} ON {TABLE}
        WHEN {' OR '.join(f'OLD.{column} <> NEW.{column}' for column in COUNTED)}
        BEGIN {ONE_LESS} {ONE_MORE} END
    """,
}


def count_in_place(apps, schema_editor):
    if schema_editor.connection.vendor == 'sqlite':
        for name, what in TRIGGERS.items():
            schema_editor.execute(f'DROP TRIGGER {name}')
            schema_editor.execute(f'CREATE TRIGGER {name} {what}')


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0015_object_counts'),
    ]

    operations = [migrations.RunPython(count_in_place, migrations.RunPython.noop)]
