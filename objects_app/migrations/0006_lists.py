"""Each list of an account is read off an index that holds little else, however many tombstones there are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0005_name_search'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state', 'DELETED'), _negated=True), fields=['account', '-created_at', '-id'], name='object_newest_live'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state', 'UPLOADING'), ('state', 'ERROR'), _connector='OR'), fields=['account', '-created_at', '-id'], name='object_newest_unfinished'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('is_public', True)), fields=['account', '-created_at', '-id'], name='object_public_of_account'),
        ),
    ]
