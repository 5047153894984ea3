"""Counts of objects on SQLite, which has one writer at a time: a change changes its row rather than add another."""

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


def adding(row: str, amount: str) -> str:
    values = ', '.join(f'{row}.{column}' for column in COUNTED)
    return f"INSERT INTO {COUNTS} ({', '.join(COUNTED)}, amount) VALUES ({values}, {amount});"


def triggers(change):
    less, more = change('OLD', '-1'), change('NEW', '1')
    is_other = ' OR '.join(f'OLD.{column} <> NEW.{column}' for column in COUNTED)
    return [
        f'CREATE TRIGGER count_created AFTER INSERT ON {TABLE} BEGIN {more} END',
        f'CREATE TRIGGER count_removed AFTER DELETE ON {TABLE} BEGIN {less} END',
        f"""
        CREATE TRIGGER count_changed AFTER UPDATE OF {', '.join(COUNTED)} ON {TABLE} WHEN {is_other}
        BEGIN {less} {more} END
        """,
    ]


def replaced_by(change):
    def replace(apps, schema_editor):
        if schema_editor.connection.vendor != 'sqlite':
            return
        for name in ('count_created', 'count_removed', 'count_changed'):
            schema_editor.execute(f'DROP TRIGGER {name}')
        for statement in triggers(change):
            schema_editor.execute(statement)

    return replace


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0015_object_counts'),
    ]

    operations = [migrations.RunPython(replaced_by(counting), replaced_by(adding))]
