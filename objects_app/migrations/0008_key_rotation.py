"""A key that was rotated names the key in its place."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0007_members'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='replaced_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='objects_app.apikey'),
        ),
    ]
