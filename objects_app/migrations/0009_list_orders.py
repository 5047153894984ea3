"""Lists sorted by name and by size are read off an index each, as those by time are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0008_key_rotation'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(models.F('account'), models.Func(models.F('folded_name'), output_field=models.TextField(), template='SUBSTR(%(expressions)s, 1, 200)'), models.F('id'), condition=models.Q(('state', 'DELETED'), _negated=True), name='object_by_name'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(models.F('account'), models.Func(models.F('size_bytes'), output_field=models.BigIntegerField(), template='COALESCE(%(expressions)s, -1)'), models.F('id'), condition=models.Q(('state', 'DELETED'), _negated=True), name='object_by_size'),
        ),
    ]
