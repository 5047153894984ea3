"""The texts of members, invitations and keys are compared byte by byte as well."""

from django.db import migrations

from objects_app.migrations._byte_order import compare_byte_by_byte


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0009_list_orders'),
    ]

    operations = [
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
    ]
