"""Copies in a bucket that are under way, and what the sweeps after completions there look for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0002_lifecycle'),
    ]

    operations = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('blob_key', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('upload_id', models.TextField(blank=True)),
                ('until', models.DateTimeField()),
                ('over', models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='storedobject',
            name='object_bytes_to_purge',
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(models.Q(models.Q(('state', 'DELETED'), ('state', 'ERROR'), _connector='OR'), models.Q(models.Q(('blob_key', ''), _negated=True), models.Q(('staging_key', ''), _negated=True), _connector='OR')), models.Q(('state', 'READ_ONLY'), models.Q(('staging_key', ''), _negated=True)), _connector='OR'), fields=['id'], name='object_bytes_to_purge'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('sha256', ''), ('state', 'READ_ONLY')), fields=['sha256'], name='object_digest_to_compute'),
        ),
        migrations.AddField(
            model_name='promotion',
            name='stored_object',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='promotions', to='objects_app.storedobject'),
        ),
        migrations.AddIndex(
            model_name='promotion',
            index=models.Index(fields=['until'], name='promotion_ends'),
        ),
    ]
