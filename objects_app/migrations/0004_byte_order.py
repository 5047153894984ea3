"""PostgreSQL compares our texts byte by byte, as Python and SQLite do, whatever the collation of the database.

Later migrations that bring a text column, or change the type of one, must do this again: without it PostgreSQL takes
the database's own collation. Nothing is to be done in SQLite.
"""

from django.db import migrations

from objects_app.migrations._byte_order import compare_byte_by_byte


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0003_promotions'),
    ]

    operations = [
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
    ]
