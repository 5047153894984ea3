"""Seals of the audit trail. Events may be deleted where a tombstone says so, and seals never.

On PostgreSQL every transaction gets its number before it draws the id of an event: a trigger for each statement runs
before the first default of a row is computed. That is what lets the sealer tell which ids nobody is still to write
(objects_app/lifecycle/sealing.py).
"""

from django.db import migrations, models

from objects_app.migrations._byte_order import compare_byte_by_byte

SQLITE = [
    "DROP TRIGGER audit_event_no_delete",
    """
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON objects_app_auditevent
    WHEN NOT EXISTS (
        SELECT 1 FROM objects_app_auditseal
        WHERE kind = 'tombstone' AND last_id >= OLD.id AND first_id <= OLD.id
    )
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
    """
    CREATE TRIGGER audit_seal_no_update BEFORE UPDATE ON objects_app_auditseal
    BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END
    """,
    """
    CREATE TRIGGER audit_seal_no_delete BEFORE DELETE ON objects_app_auditseal
    BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END
    """,
]
POSTGRESQL = [
    "DROP TRIGGER audit_event_append_only ON objects_app_auditevent",
    """
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR TRUNCATE ON objects_app_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE FUNCTION refuse_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM objects_app_auditseal
            WHERE kind = 'tombstone' AND last_id >= OLD.id AND first_id <= OLD.id
        ) THEN
            RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON objects_app_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_deletion()
    """,
    """
    CREATE FUNCTION refuse_seal_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit seals are append-only' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objects_app_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_seal_change()
    """,
    """
    CREATE FUNCTION number_audit_transaction() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_current_xact_id(); RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER audit_event_numbered BEFORE INSERT ON objects_app_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION number_audit_transaction()
    """,
]
BACK_ON_SQLITE = [
    "DROP TRIGGER audit_event_no_delete",
    """
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON objects_app_auditevent
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
]
BACK_ON_POSTGRESQL = [
    "DROP TRIGGER audit_event_numbered ON objects_app_auditevent",
    "DROP FUNCTION number_audit_transaction",
    "DROP TRIGGER audit_event_no_delete ON objects_app_auditevent",
    "DROP FUNCTION refuse_audit_deletion",
    "DROP TRIGGER audit_event_append_only ON objects_app_auditevent",
    """
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objects_app_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
    "DROP TRIGGER audit_seal_append_only ON objects_app_auditseal",
    "DROP FUNCTION refuse_seal_change",
]


def add_triggers(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def put_triggers_back(apps, schema_editor):
    for statement in {"sqlite": BACK_ON_SQLITE, "postgresql": BACK_ON_POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('objects_app', '0010_byte_order_of_members'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('seal', 'Seal'), ('tombstone', 'Tombstone')], max_length=10)),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('count', models.PositiveBigIntegerField()),
                ('newest_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('leaves', models.BinaryField()),
                ('previous', models.CharField(blank=True, max_length=64, unique=True)),
                ('hash', models.CharField(max_length=64)),
                ('key_id', models.CharField(max_length=16)),
                ('signature', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['kind', 'last_id'], name='seal_of_events')],
            },
        ),
        migrations.RunPython(compare_byte_by_byte, migrations.RunPython.noop),
        migrations.RunPython(add_triggers, put_triggers_back),
    ]
