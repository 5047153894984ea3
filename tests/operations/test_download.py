"""Download URLs, and what they still open when they are used."""

from datetime import timedelta

import pytest

from objects_app import access, signing
from objects_app.access import Via
from objects_app.errors import NotDownloadable, ObjectNotFound, ScopeMissing, UrlExpired
from objects_app.models import AuditEvent, State
from objects_app.operations import accounts, damage, downloads, keys, objects
from objects_app.signing import Purpose, TransferGrant
from objects_app.storage import get_storage
from tests.factories import OPERATOR, make_object
from tests.operations.history import actions_on, row, storage_fails

BEARER = access.anonymous_actor(Via.SIGNED_URL)
HOUR = timedelta(hours=1)


@pytest.fixture
def notes(alice):
    return make_object(alice, content=b"hello")


@pytest.fixture
def public(alice):
    return make_object(alice, content=b"hello", is_public=True)


def mint(person, stored_object, *, expires_in=HOUR, inline=False) -> TransferGrant:
    url = downloads.issue_download_url(row(stored_object), actor=person.actor, expires_in=expires_in, inline=inline)
    return signing.verify(Purpose.DOWNLOAD, stored_object.pk, url.partition("?")[2])


def fetch(grant: TransferGrant) -> bytes:
    reader = downloads.open_download(grant, actor=BEARER).reader
    return reader.read_at(0, reader.size)


def is_dead(grant: TransferGrant) -> bool:
    with pytest.raises(ObjectNotFound):
        downloads.open_download(grant, actor=BEARER)
    return True


def test_a_url_opens_the_bytes(alice, notes):
    assert fetch(mint(alice, notes)) == b"hello"


def test_the_grant_names_its_event_and_the_account_that_asked(bob, public):
    grant = mint(bob, public)
    event = AuditEvent.objects.get(action="object.download_url_issued")
    assert (grant.grant, grant.account, event.actor_id) == (event.pk, bob.account.pk, bob.key.pk)


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
def test_only_finished_content_is_downloaded(alice, state):
    with pytest.raises(NotDownloadable):
        mint(alice, make_object(alice, state=state))


def test_a_key_that_only_writes_gets_no_url(alice, notes):
    key, _ = keys.create_key(alice.account, name="writer", actor=OPERATOR, scopes=("objects:write",))
    with pytest.raises(ScopeMissing):
        downloads.issue_download_url(row(notes), actor=access.key_actor(key), expires_in=HOUR)


def test_a_url_works_up_to_its_end_and_not_at_it(alice, notes, set_clock):
    set_clock(hours=1)
    grant = mint(alice, notes)
    set_clock(hours=1, minutes=59, seconds=59)
    assert fetch(grant) == b"hello"
    set_clock(hours=2)
    with pytest.raises(UrlExpired):
        downloads.open_download(grant, actor=BEARER)


def test_a_url_ends_with_the_objects_own_time(alice, set_clock):
    moment = set_clock(minutes=0)
    short = make_object(alice, time_to_live=timedelta(minutes=10))
    set_clock(minutes=9)
    assert mint(alice, short).expires == signing.milliseconds(moment + timedelta(minutes=10))


def test_no_url_for_what_is_past_its_time(alice, set_clock):
    set_clock(minutes=0)
    short = make_object(alice, time_to_live=timedelta(minutes=10))
    set_clock(minutes=10)
    with pytest.raises(NotDownloadable):
        mint(alice, short)


def test_a_time_to_live_shortened_later_ends_urls_that_are_out(alice, notes, set_clock):
    set_clock(minutes=0)
    grant = mint(alice, notes)
    soon = objects.ObjectChanges(limits_life=True, time_to_live=timedelta(minutes=1))
    objects.change_object(notes, soon, actor=alice.actor)
    set_clock(minutes=1)
    assert is_dead(grant)


def test_a_download_that_has_begun_outlives_the_object(alice, notes):
    download = downloads.open_download(mint(alice, notes), actor=BEARER)
    objects.delete_object(notes, actor=alice.actor)
    assert download.reader.read_at(0, 5) == b"hello"


def test_deletion_ends_urls_that_are_out(alice, notes):
    grant = mint(alice, notes)
    objects.delete_object(notes, actor=alice.actor)
    assert is_dead(grant)


def test_a_switch_to_private_ends_the_urls_of_others_for_good(alice, bob, public):
    grant = mint(bob, public)
    assert fetch(grant) == b"hello"
    objects.unpublish(public, actor=alice.actor)
    assert is_dead(grant)
    objects.publish(public, actor=alice.actor)
    assert is_dead(grant)
    assert fetch(mint(bob, public)) == b"hello"


def test_the_owners_url_outlives_a_switch_to_private(alice, public):
    grant = mint(alice, public)
    objects.unpublish(public, actor=alice.actor)
    assert fetch(grant) == b"hello"


def test_suspending_the_owner_ends_every_url(alice, bob, public):
    grants = [mint(alice, public), mint(bob, public)]
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert all(is_dead(grant) for grant in grants)
    accounts.resume_account(alice.account, actor=OPERATOR)
    assert [fetch(grant) for grant in grants] == [b"hello", b"hello"]


def test_suspending_who_asked_ends_his_urls_alone(alice, bob, public):
    his, hers = mint(bob, public), mint(alice, public)
    accounts.suspend_account(bob.account, actor=OPERATOR)
    assert is_dead(his)
    assert fetch(hers) == b"hello"


def test_missing_bytes_end_in_error_once(alice, notes, blobs):
    grant = mint(alice, notes)
    blobs.blobs.clear()
    assert is_dead(grant)
    assert is_dead(grant)
    assert (row(notes).state, row(notes).error_reason) == (State.ERROR, damage.MISSING)
    assert actions_on(notes).count("object.failed") == 1


def test_bytes_of_another_length_are_never_served(alice, notes, blobs):
    grant = mint(alice, notes)
    blobs.blobs[row(notes).blob_key] = b"hell"
    assert is_dead(grant)
    assert row(notes).state == State.ERROR


def test_inline_is_honoured_for_inert_types_alone(alice):
    text, page = make_object(alice, content_type="text/plain"), make_object(alice, content_type="text/html")
    assert [mint(alice, each, inline=True).inline for each in (text, page)] == [True, False]


def test_what_was_sent_is_recorded(alice, notes):
    grant = mint(alice, notes)
    downloads.record_download(notes, actor=BEARER, grant=grant, sent=3, result="cut")
    event = AuditEvent.objects.get(action="object.content_downloaded")
    assert (event.bytes, event.result, event.actor_kind, event.via) == (3, "cut", "anonymous", "signed_url")
    assert event.details == {"grant": grant.grant, "for_account": alice.account.pk}


def test_a_deleted_object_whose_bytes_are_still_there_is_never_reported_damaged(alice, notes, monkeypatch):
    seen_before = row(notes)
    monkeypatch.setattr(get_storage(), "delete", storage_fails)
    objects.delete_object(notes, actor=alice.actor)
    damage.report_damage(seen_before, damage.MISSING, actor=BEARER)
    assert row(notes).state == State.DELETED
