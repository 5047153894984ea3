"""What staff look at: the trail by actor, address, action, refusals and the admin's doings; floods; exports.

Each event is in three indexes more, those of refusals and of the admin apart, which hold few.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from objects_app.migrations._byte_order import compare_byte_by_byte

REFUSED = (
    models.Q(('result', 'ok'), _negated=True),
    models.Q(('result', 'redirected'), _negated=True),
    models.Q(('result', 'handed over'), _negated=True),
)


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0013_staff_roles'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('actor_id', ''), _negated=True), fields=['actor_id', '-id'], name='audit_of_actor'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('address__isnull', False)), fields=['address', '-id'], name='audit_of_address'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['action', '-id'], name='audit_of_action'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(*REFUSED), fields=['-id'], name='audit_refused'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('via', 'admin')), fields=['-id'], name='audit_of_staff'),
        ),
        migrations.CreateModel(
            name='RefusalFlood',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=200)),
                ('action', models.CharField(max_length=40)),
                ('result', models.CharField(max_length=20)),
                ('account_id', models.CharField(blank=True, max_length=40)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.CharField(blank=True, max_length=60)),
                ('actor_label', models.CharField(blank=True, max_length=300)),
                ('via', models.CharField(max_length=20)),
                ('address', models.GenericIPAddressField(null=True)),
                ('count', models.PositiveBigIntegerField()),
                ('first_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['first_at'], name='flood_age')],
                'constraints': [models.UniqueConstraint(fields=('who', 'action', 'result'), name='flood_of_refusals_once')],
            },
        ),
        migrations.CreateModel(
            name='ExportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('layout', models.CharField(max_length=10)),
                ('filters', models.JSONField(default=dict)),
                ('upto', models.BigIntegerField()),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('FAILED', 'Failed')], default='WAITING', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('touched_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('object_id', models.CharField(blank=True, max_length=40)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='objects_app.account')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['requested_at'], name='export_age')],
            },
        ),
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
    ]
