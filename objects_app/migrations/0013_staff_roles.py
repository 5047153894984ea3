"""The groups of staff, and a page of the admin. Whoever was staff did what operators do, and goes on doing it."""

from django.db import migrations

ROLES = ['auditor', 'operator']


def add_groups(apps, schema_editor):
    groups = apps.get_model('auth', 'Group').objects
    for role in ROLES:
        groups.get_or_create(name=role)
    operators = groups.get(name='operator')
    for user in apps.get_model('objects_app', 'User').objects.filter(is_staff=True, is_superuser=False):
        user.groups.add(operators)


def remove_groups(apps, schema_editor):
    """Auditors would be operators without their group, so they are staff no longer."""
    users = apps.get_model('objects_app', 'User').objects
    users.filter(groups__name='auditor', is_superuser=False).exclude(groups__name='operator').update(is_staff=False)
    apps.get_model('auth', 'Group').objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('objects_app', '0012_key_networks'),
    ]

    operations = [
        migrations.RunPython(add_groups, remove_groups),
        migrations.CreateModel(
            name='OpenUpload',
            fields=[
            ],
            options={
                'verbose_name': 'upload in progress',
                'verbose_name_plural': 'uploads in progress',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('objects_app.storedobject',),
        ),
    ]
