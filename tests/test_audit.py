"""The audit trail: what a fact says, and that nobody can change it."""

import pytest
from django.db import DatabaseError, connection

from objects_app import access, audit
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent, StoredObject
from objects_app.operations import objects
from tests.factories import OPERATOR, make_object


def test_a_fact_copies_who_did_what_to_which_object(alice):
    notes = make_object(alice)
    actor = access.anonymous_actor(access.Via.SIGNED_URL, address="192.0.2.7", request_id="req-1")
    event = audit.record(AuditAction.CONTENT_DOWNLOADED, actor=actor, target=notes, size=5, grant=1)
    event.refresh_from_db()
    assert (event.account_id, event.target_type, event.target_id) == (alice.account.pk, "storedobject", notes.pk)
    assert (event.target_label, event.address, event.request_id) == ("notes.txt", "192.0.2.7", "req-1")
    assert (event.result, event.bytes, event.details, event.via) == ("ok", 5, {"grant": 1}, "signed_url")


def test_the_same_fact_of_many_objects_is_the_one_that_is_recorded_of_each(alice, bob):
    objects_of = [make_object(alice, "a"), make_object(bob, "b")]
    actor = access.system_actor("expire_stale_uploads")
    single = [audit.record(AuditAction.OBJECT_EXPIRED, actor=actor, target=each).pk for each in objects_of]
    audit.record_each(AuditAction.OBJECT_EXPIRED, actor=actor, object_ids=[each.pk for each in objects_of])
    columns = [field.attname for field in AuditEvent._meta.fields if field.attname not in {"id", "at"}]
    events = AuditEvent.objects.filter(pk__gte=min(single)).order_by("account_id", "pk").values(*columns)
    assert len(events) == 4
    assert [events[0], events[2]] == [events[1], events[3]]


def test_a_fact_of_no_objects_is_none(db):
    audit.record_each(AuditAction.OBJECT_EXPIRED, actor=access.system_actor("x"), object_ids=[])
    assert not AuditEvent.objects.filter(action="object.expired").exists()


def test_a_fact_about_an_account_belongs_to_it(alice):
    event = AuditEvent.objects.get(action="account.created", target_id=alice.account.pk)
    assert (event.account_id, event.actor_label, event.target_type) == (alice.account.pk, "command:tests", "account")


def test_a_fact_about_nothing_belongs_to_the_account_that_asked(alice):
    event = audit.record(AuditAction.OBJECT_NOT_FOUND, actor=alice.actor, target_id="obj_unknown")
    assert (event.account_id, event.target_id, event.target_type) == (alice.account.pk, "obj_unknown", "")


def test_history_outlives_what_it_tells_of(alice):
    notes = make_object(alice)
    objects.delete_object(notes, actor=alice.actor)
    StoredObject.objects.filter(pk=notes.pk).delete()
    assert AuditEvent.objects.filter(target_id=notes.pk).count() == 4


CHANGES = [
    ("sqlite", "UPDATE objects_app_auditevent SET result = 'ok'"),
    ("sqlite", "DELETE FROM objects_app_auditevent"),
    ("sqlite", "INSERT OR REPLACE INTO objects_app_auditevent SELECT * FROM objects_app_auditevent"),
    ("sqlite", "UPDATE OR IGNORE objects_app_auditevent SET id = id + 1000"),
    ("postgresql", "UPDATE objects_app_auditevent SET result = 'ok'"),
    ("postgresql", "DELETE FROM objects_app_auditevent"),
    ("postgresql", "TRUNCATE objects_app_auditevent"),
    ("postgresql", "WITH gone AS (DELETE FROM objects_app_auditevent RETURNING id) SELECT id FROM gone"),
    (
        "postgresql",
        "INSERT INTO objects_app_auditevent TABLE objects_app_auditevent ON CONFLICT (id) DO UPDATE SET result = ''",
    ),
]


@pytest.mark.parametrize(("database", "statement"), CHANGES)
def test_the_database_refuses_to_change_a_fact(request, database, statement):
    request.getfixturevalue(f"{database}_database")
    audit.record(AuditAction.OBJECT_NOT_FOUND, actor=OPERATOR)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute(statement)


def test_the_model_cannot_change_a_fact_either(db):
    event = audit.record(AuditAction.OBJECT_NOT_FOUND, actor=OPERATOR)
    with pytest.raises(DatabaseError, match="append-only"):
        event.save()


def test_actions_are_facts_in_the_past_tense_about_a_noun():
    assert len({action.value for action in AuditAction}) == len(AuditAction)
    assert all(
        action.partition(".")[0]
        in {"account", "activity", "anomaly", "audit", "job", "key", "member", "object", "staff", "user"}
        for action in AuditAction
    )
