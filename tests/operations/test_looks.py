"""Looks at content: what may be seen, and that it is recorded."""

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection

from objects_app import access, signing
from objects_app.access import Via
from objects_app.errors import NotAllowed, NotAuthenticated, ObjectNotFound, StorageUnavailable
from objects_app.models import AuditEvent
from objects_app.operations import downloads, looks, objects
from objects_app.signing import Purpose
from tests.factories import make_object
from tests.operations.history import actions_on, row

VISITOR = access.anonymous_actor(Via.PUBLIC_PAGE, address="192.0.2.1")
HOUR = timedelta(hours=1)


@pytest.fixture
def public(alice):
    return row(make_object(alice, content=b"hello", is_public=True))


def visitors_grant(stored_object) -> signing.TransferGrant:
    url = downloads.issue_page_url(stored_object, actor=VISITOR, expires_in=HOUR)
    return signing.verify(Purpose.DOWNLOAD, stored_object.pk, url.partition("?")[2])


def test_a_visitor_gets_a_url_that_ends_when_the_object_is_made_private(alice, public):
    grant = visitors_grant(public)
    assert downloads.open_download(grant, actor=VISITOR).reader.read_at(0, 5) == b"hello"
    objects.unpublish(public, actor=alice.actor)
    objects.publish(public, actor=alice.actor)
    with pytest.raises(ObjectNotFound):
        downloads.open_download(grant, actor=VISITOR)


def test_a_visitor_reads_nothing_but_the_page(public):
    with pytest.raises(NotAuthenticated):
        looks.look_at(public, actor=VISITOR)
    with pytest.raises(NotAuthenticated):
        downloads.issue_download_url(public, actor=VISITOR, expires_in=HOUR)


def test_a_private_object_has_no_page_and_no_url_of_one(alice):
    private = row(make_object(alice))
    for verb in (looks.open_page, lambda *args, **kw: downloads.issue_page_url(*args, expires_in=HOUR, **kw)):
        with pytest.raises(NotAllowed):
            verb(private, actor=VISITOR)


@pytest.mark.parametrize("setting", ["off", "signed-in"])
def test_pages_that_are_closed_are_closed_to_visitors(public, settings, setting):
    settings.PUBLIC_PAGES = setting
    with pytest.raises(NotAllowed):
        looks.open_page(public, actor=VISITOR)


def test_a_look_that_could_not_be_recorded_counts_at_the_next_try(alice, public):
    def fail(*_):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        looks.open_page(public, actor=VISITOR)
    looks.open_page(public, actor=VISITOR)
    assert actions_on(public)[-1] == "object.public_page_opened"


def test_looks_of_different_people_are_different_looks(alice, bob, public):
    for actor in (alice.actor, bob.actor, bob.actor):
        looks.look_at(public, actor=actor)
    assert AuditEvent.objects.filter(action="object.content_previewed").count() == 2


def test_a_storage_that_is_away_is_told_in_a_sentence(public, monkeypatch):
    def away(*_args, **_options):
        raise StorageUnavailable

    monkeypatch.setattr(downloads, "open_blob", away)
    assert looks.open_page(public, actor=VISITOR).note.startswith("The storage cannot be reached")


def test_a_huge_image_is_left_to_a_download(alice, monkeypatch):
    monkeypatch.setattr(looks, "LARGEST_IMAGE", 4)
    image = row(make_object(alice, content=b"image", content_type="image/png"))
    assert looks.look_at(image, actor=alice.actor).kind == "nothing"


@pytest.fixture
def video(alice):
    return row(make_object(alice, content=b"video", content_type="video/mp4", is_public=True))


def test_a_page_that_is_loaded_again_soon_shows_media_by_the_same_url_and_look(alice, video):
    first, second = (looks.look_at(row(video), actor=alice.actor) for _ in range(2))
    assert (first.kind, first.url) == ("video", second.url)
    assert actions_on(video).count("object.content_previewed") == 1
    assert "object.download_url_issued" not in actions_on(video)


def test_the_url_of_a_look_ends_and_names_the_look(alice, video):
    url = looks.look_at(video, actor=alice.actor).url
    grant = signing.verify(Purpose.DOWNLOAD, video.pk, url.partition("?")[2])
    look = AuditEvent.objects.get(action="object.content_previewed")
    assert (grant.grant, grant.inline) == (look.pk, True)
    assert grant.expires == signing.milliseconds(video.seen_at + HOUR)
    assert datetime.fromisoformat(look.details["expires_at"]) == video.seen_at + HOUR


def test_the_url_of_a_look_ends_with_the_object(alice):
    short = row(make_object(alice, content_type="image/png", time_to_live=timedelta(minutes=1)))
    url = looks.look_at(short, actor=alice.actor).url
    grant = signing.verify(Purpose.DOWNLOAD, short.pk, url.partition("?")[2])
    assert grant.expires == signing.milliseconds(short.delete_after)


def test_a_later_look_is_another_one(alice, video, set_clock):
    set_clock(hours=0)
    looks.look_at(row(video), actor=alice.actor)
    set_clock(minutes=6)
    looks.look_at(row(video), actor=alice.actor)
    assert actions_on(video).count("object.content_previewed") == 2


def test_visitors_of_the_page_of_media_are_told_apart_by_their_address(video):
    other = access.anonymous_actor(Via.PUBLIC_PAGE, address="192.0.2.2")
    urls = {looks.open_page(row(video), actor=actor).url for actor in (VISITOR, other, VISITOR)}
    assert (len(urls), actions_on(video).count("object.public_page_opened")) == (2, 2)


@pytest.mark.parametrize(("addresses", "recorded"), [(["192.0.2.1"] * 3, 1), (["192.0.2.1", "192.0.2.2"], 2)])
def test_the_parts_of_a_video_that_one_address_fetches_are_one_download(alice, video, addresses, recorded):
    url = looks.look_at(video, actor=alice.actor).url
    grant = signing.verify(Purpose.DOWNLOAD, video.pk, url.partition("?")[2])
    for address in addresses:
        bearer = access.anonymous_actor(Via.SIGNED_URL, address=address)
        downloads.record_download(video, actor=bearer, grant=grant, sent=2, result="ok", is_part=True)
    events = AuditEvent.objects.filter(action="object.content_downloaded")
    assert [event.details["shown"] for event in events] == [True] * recorded


@pytest.mark.parametrize(("inline", "is_part"), [(False, False), (False, True), (True, False)])
def test_every_other_use_of_a_url_is_a_download(alice, video, inline, is_part):
    url = downloads.issue_download_url(video, actor=alice.actor, expires_in=HOUR, inline=inline)
    grant = signing.verify(Purpose.DOWNLOAD, video.pk, url.partition("?")[2])
    for _ in range(2):
        downloads.record_download(video, actor=VISITOR, grant=grant, sent=5, result="ok", is_part=is_part)
    assert actions_on(video).count("object.content_downloaded") == 2
