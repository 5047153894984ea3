"""The networks from which each key was used."""

import django.db.models.deletion
from django.db import migrations, models

from objects_app.migrations._byte_order import compare_byte_by_byte


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0011_audit_seals'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyNetwork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(max_length=43)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='networks', to='objects_app.apikey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'network'), name='network_of_key_once')],
            },
        ),
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
    ]
