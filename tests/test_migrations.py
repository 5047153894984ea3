"""What migrations do to rows that are there."""

from django.core.management import call_command

from objects_app import clock, listing
from objects_app.filters import Filters
from objects_app.lifecycle import counts
from objects_app.models import State, User
from tests.factories import make_object, make_person, make_staff
from tests.operations.history import row


def test_finished_objects_count_as_verified_when_they_were_completed(real_database):
    alice = make_person("alice")
    finished, upload = make_object(alice), make_object(alice, state=State.UPLOADING)
    call_command("migrate", "objects_app", "0001", verbosity=0)
    call_command("migrate", verbosity=0)
    assert row(finished).verified_at == row(finished).completed_at
    assert row(upload).verified_at is None


def test_objects_that_are_there_are_counted(real_database):
    alice = make_person("alice")
    for is_public in (True, True, False):
        make_object(alice, is_public=is_public)
    call_command("migrate", "objects_app", "0012", verbosity=0)
    make_object(alice, state=State.DELETED)
    call_command("migrate", verbosity=0)
    assert listing.own_list(alice.actor, Filters()).count() == 3
    assert listing.own_list(alice.actor, Filters(is_public=True)).count() == 2
    assert list(counts.find_wrong(clock.now())) == []


def test_whoever_was_staff_operates_and_no_auditor_begins_to(real_database):
    idler, auditor, operator, superuser = map(make_staff, ["", "auditor", "operator", "superuser"])
    call_command("migrate", "objects_app", "0012", verbosity=0)
    call_command("migrate", verbosity=0)
    roles = {user: sorted(user.groups.values_list("name", flat=True)) for user in User.objects.all()}
    assert roles == {idler: ["operator"], auditor: [], operator: ["operator"], superuser: []}
    assert not User.objects.get(pk=auditor.pk).is_staff
