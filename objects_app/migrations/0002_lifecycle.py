"""What the sweeps need: jobs with their totals, uses of keys, and when the bytes of each object were last verified."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


def take_completion_for_verification(apps, schema_editor):
    """The SHA-256 was computed when the bytes arrived, so the first verification is due as if it had begun then."""
    finished = apps.get_model('objects_app', 'StoredObject').objects.filter(state='READ_ONLY')
    finished.update(verified_at=models.F('completed_at'))


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('runs', models.PositiveBigIntegerField(default=0)),
                ('failures', models.PositiveBigIntegerField(default=0)),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('last_ended_at', models.DateTimeField(null=True)),
                ('last_succeeded_at', models.DateTimeField(null=True)),
                ('cursor', models.CharField(blank=True, max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name='KeyUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('address', models.GenericIPAddressField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='storedobject',
            name='verified_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(take_completion_for_verification, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='jobrun',
            index=models.Index(fields=['started_at'], name='job_run_age'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state', 'READ_ONLY')), fields=['verified_at'], name='object_to_verify'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.UniqueConstraint(condition=models.Q(('blob_key', ''), _negated=True), fields=('blob_key',), name='blob_of_one_object'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.UniqueConstraint(condition=models.Q(('staging_key', ''), _negated=True), fields=('staging_key',), name='staging_of_one_object'),
        ),
        migrations.AddField(
            model_name='keyuse',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='objects_app.apikey'),
        ),
        migrations.AddIndex(
            model_name='keyuse',
            index=models.Index(fields=['key', '-at'], name='use_newest_of_key'),
        ),
        migrations.RemoveIndex(
            model_name='storedobject',
            name='object_bytes_to_purge',
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(models.Q(('state', 'DELETED'), ('state', 'ERROR'), _connector='OR'), models.Q(models.Q(('blob_key', ''), _negated=True), models.Q(('staging_key', ''), _negated=True), _connector='OR')), fields=['id'], name='object_bytes_to_purge'),
        ),
    ]
