"""Who accessed what, when, from where, by which key, and who let them."""

from datetime import timedelta

import pytest

from objects_app import access, audit
from objects_app.audit import AuditAction
from objects_app.models import AuditEvent
from objects_app.operations import downloads, objects
from tests.factories import make_object

HOUR = timedelta(hours=1)
VISITOR = access.anonymous_actor(access.Via.SIGNED_URL, address="192.0.2.9")


def timeline(browser, kind: str, target_id: object, query: str = ""):
    return browser.get(f"/admin/timeline/{kind}/{target_id}/{query}")


def rows(response) -> list:
    return [row for _, day in response.context["days"] for row in day]


@pytest.fixture
def downloaded(alice):
    """An object whose download URL alice's key asked for and somebody used."""
    stored_object = make_object(alice)
    downloads.issue_download_url(stored_object, actor=alice.actor, expires_in=HOUR)
    grant = AuditEvent.objects.get(action="object.download_url_issued")
    audit.record(AuditAction.CONTENT_DOWNLOADED, actor=VISITOR, target=stored_object, size=5, grant=grant.pk)
    return stored_object


def test_a_download_names_who_asked_for_its_link_and_the_key_who_made_it(alice, downloaded, staff_browser):
    used, asked = rows(timeline(staff_browser, "object", downloaded.pk))
    assert (used.event.action, used.event.address) == ("object.content_downloaded", "192.0.2.9")
    assert used.access.words == f"the link that {alice.key} asked for"
    assert used.access.by == asked.event
    assert asked.access.words == "key made by command:tests"


def test_what_a_visitor_read_names_who_made_it_public(alice, staff_browser):
    stored_object = make_object(alice)
    objects.publish(stored_object, actor=access.member_actor(alice.membership))
    visitor = access.anonymous_actor(access.Via.PUBLIC_PAGE, address="192.0.2.9")
    audit.record(AuditAction.PUBLIC_PAGE_OPENED, actor=visitor, target=stored_object)
    opened, published = rows(timeline(staff_browser, "object", stored_object.pk))
    assert (opened.access.words, opened.access.by) == (f"made public by {alice.user.email}", published.event)


@pytest.mark.parametrize("kind", ["key", "account", "address"])
def test_the_same_access_is_in_the_timelines_of_all_who_had_part_in_it(alice, downloaded, staff_browser, kind):
    target_id = {"key": alice.key.pk, "account": alice.account.pk, "address": "192.0.2.9"}[kind]
    actions = {row.event.action for row in rows(timeline(staff_browser, kind, target_id))}
    expected = "object.download_url_issued" if kind == "key" else "object.content_downloaded"
    assert expected in actions


def test_a_person_is_told_by_what_they_did_and_what_was_done_to_them(alice, alice_browser, staff_browser):
    stored_object = make_object(alice)
    audit.record(AuditAction.CONTENT_PREVIEWED, actor=access.member_actor(alice.membership), target=stored_object)
    assert [row.event.action for row in rows(timeline(staff_browser, "person", alice.user.pk))] == [
        "object.content_previewed"
    ]
    everything = rows(timeline(staff_browser, "person", alice.user.pk, "?show=everything"))
    assert "user.signed_in" in {row.event.action for row in everything}


def test_everything_shows_what_is_no_access(downloaded, staff_browser):
    found = rows(timeline(staff_browser, "object", downloaded.pk, "?show=everything"))
    assert [row.event.action for row in found][-3:] == ["object.completed", "object.uploaded", "object.created"]


def test_the_readers_of_an_object_are_told_and_one_key_can_be_asked_for(alice, bob, downloaded, staff_browser):
    page = timeline(staff_browser, "object", downloaded.pk, f"?key={bob.key.pk}")
    assert page.context["verdict"].reason == "other_account"
    readers = page.context["readers"]
    assert [member.user for member in readers.members] == [alice.user]
    assert readers.keys == [alice.key]


def test_a_timeline_goes_on_page_by_page(alice, staff_browser):
    for _ in range(60):
        audit.record(AuditAction.OBJECT_NOT_FOUND, actor=alice.actor, target_id="obj_x")
    first = timeline(staff_browser, "object", "obj_x")
    second = timeline(staff_browser, "object", "obj_x", f"?{first.context['older']}")
    assert (len(rows(first)), len(rows(second)), second.context["older"]) == (50, 10, "")


def test_a_timeline_takes_few_queries(downloaded, staff_browser, django_assert_num_queries):
    with django_assert_num_queries(12):
        timeline(staff_browser, "object", downloaded.pk)


@pytest.mark.parametrize(("kind", "target_id"), [("thing", "x"), ("address", "nowhere"), ("address", "1.2.3.4.5")])
def test_what_cannot_be_is_not_found(staff_browser, kind, target_id):
    assert timeline(staff_browser, kind, target_id).status_code == 404


@pytest.mark.parametrize(("kind", "target_id"), [("object", "obj_x"), ("person", "9" * 40), ("address", "2001:db8::1")])
def test_what_is_not_there_has_an_empty_timeline(staff_browser, kind, target_id):
    response = timeline(staff_browser, kind, target_id, "?before=x&key=x")
    assert response.status_code == 200
    assert rows(response) == []


def test_a_member_is_no_staff(alice, alice_browser):
    assert timeline(alice_browser, "account", alice.account.pk).status_code == 302
