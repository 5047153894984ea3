"""The first tables. The audit trail is only ever added to: the database itself refuses to change or remove an event."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import objects_app.models.accounts
import objects_app.models.keys
import objects_app.models.objects
from django.conf import settings
from django.db import migrations, models


SQLITE = [
    """
    CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON objects_app_auditevent
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
    """
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON objects_app_auditevent
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objects_app_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def add_triggers(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.CharField(default=objects_app.models.accounts.new_account_id, editable=False, max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('suspended_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(blank=True, max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False)),
                ('date_joined', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.CharField(default=objects_app.models.keys.new_key_id, editable=False, max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('last_four', models.CharField(editable=False, max_length=4)),
                ('can_read', models.BooleanField(default=True)),
                ('can_write', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.CharField(blank=True, editable=False, max_length=300)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('last_used_from', models.GenericIPAddressField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_by', models.CharField(blank=True, editable=False, max_length=300)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='objects_app.account')),
            ],
            options={
                'verbose_name': 'API key',
                'ordering': ['-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('account_id', models.CharField(blank=True, max_length=40)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.CharField(blank=True, max_length=60)),
                ('actor_label', models.CharField(blank=True, max_length=300)),
                ('via', models.CharField(max_length=20)),
                ('action', models.CharField(max_length=40)),
                ('target_type', models.CharField(blank=True, max_length=20)),
                ('target_id', models.CharField(blank=True, max_length=60)),
                ('target_label', models.CharField(blank=True, max_length=1024)),
                ('result', models.CharField(default='ok', max_length=20)),
                ('address', models.GenericIPAddressField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=200)),
                ('bytes', models.PositiveBigIntegerField(null=True)),
                ('details', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['account_id', '-id'], name='audit_of_account'), models.Index(fields=['target_id', '-id'], name='audit_of_target')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64)),
                ('target_id', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='objects_app.account')),
            ],
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=60)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('started_by', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['-started_at', '-id'],
                'indexes': [models.Index(fields=['job', '-started_at'], name='job_newest_run')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('member', 'Member'), ('admin', 'Admin'), ('owner', 'Owner')], max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='objects_app.account')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='users',
            field=models.ManyToManyField(related_name='accounts', through='objects_app.Membership', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='StoredObject',
            fields=[
                ('id', models.CharField(default=objects_app.models.objects.new_object_id, editable=False, max_length=40, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=1024)),
                ('folded_name', models.TextField(editable=False)),
                ('content_type', models.CharField(max_length=255)),
                ('state', models.CharField(choices=[('UPLOADING', 'Uploading'), ('READ_ONLY', 'Read Only'), ('ERROR', 'Error'), ('DELETED', 'Deleted')], default='UPLOADING', max_length=10)),
                ('error_reason', models.CharField(blank=True, max_length=300)),
                ('metadata', models.JSONField(default=dict)),
                ('is_public', models.BooleanField(default=False)),
                ('was_public', models.BooleanField(default=False)),
                ('visibility_epoch', models.PositiveIntegerField(default=0)),
                ('created_by', models.CharField(max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_activity_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('completed_at', models.DateTimeField(null=True)),
                ('delete_after', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('declared_size', models.PositiveBigIntegerField(null=True)),
                ('declared_sha256', models.CharField(blank=True, max_length=64)),
                ('staging_key', models.CharField(blank=True, max_length=100)),
                ('staged_size', models.PositiveBigIntegerField(null=True)),
                ('staged_sha256', models.CharField(blank=True, max_length=64)),
                ('blob_key', models.CharField(blank=True, max_length=100)),
                ('size_bytes', models.PositiveBigIntegerField(null=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stored_objects', to='objects_app.account')),
            ],
            options={
                'verbose_name': 'object',
            },
        ),
        migrations.CreateModel(
            name='MetadataPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=128)),
                ('value', models.CharField(max_length=4096)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='objects_app.account')),
                ('stored_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='metadata_pairs', to='objects_app.storedobject')),
            ],
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='email_in_lower_case'),
        ),
        migrations.AddIndex(
            model_name='idempotencyrecord',
            index=models.Index(fields=['created_at'], name='request_age'),
        ),
        migrations.AddConstraint(
            model_name='idempotencyrecord',
            constraint=models.UniqueConstraint(fields=('account', 'fingerprint'), name='request_carried_out_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('account', 'user'), name='one_membership_an_account'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['viewer', 'member', 'admin', 'owner'])), name='membership_role_known'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(fields=['account', '-created_at', '-id'], name='object_newest_of_account'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('is_public', True), ('state', 'READ_ONLY')), fields=['-created_at', '-id'], name='object_newest_public'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state', 'UPLOADING')), fields=['last_activity_at'], name='object_stale_uploads'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state', 'DELETED'), _negated=True), fields=['delete_after'], name='object_due'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('state__in', ['DELETED', 'ERROR']), models.Q(models.Q(('blob_key', ''), _negated=True), models.Q(('staging_key', ''), _negated=True), _connector='OR')), fields=['id'], name='object_bytes_to_purge'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['UPLOADING', 'READ_ONLY', 'ERROR', 'DELETED'])), name='state_known'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'READ_ONLY'), _negated=True), models.Q(('size_bytes__isnull', False), models.Q(('blob_key', ''), _negated=True)), _connector='OR'), name='read_only_has_its_bytes'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'UPLOADING'), _negated=True), models.Q(('blob_key', ''), ('size_bytes__isnull', True), ('was_public', False)), _connector='OR'), name='uploading_has_no_content'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'DELETED'), _negated=True), models.Q(('deleted_at__isnull', False), ('sha256', ''), ('metadata', {})), _connector='OR'), name='deleted_keeps_no_content'),
        ),
        migrations.AddConstraint(
            model_name='storedobject',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='object_has_a_name'),
        ),
        migrations.AddIndex(
            model_name='metadatapair',
            index=models.Index(fields=['account', 'key', 'value'], name='metadata_of_account'),
        ),
        migrations.AddConstraint(
            model_name='metadatapair',
            constraint=models.UniqueConstraint(fields=('stored_object', 'key'), name='metadata_key_once_an_object'),
        ),
        migrations.RunPython(add_triggers),
    ]
