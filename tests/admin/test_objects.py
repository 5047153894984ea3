"""Objects in the admin."""

from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from objects_app.operations import downloads
from tests.admin.acting import act, choose, outcomes, shown
from tests.factories import make_object

LIST = "/admin/objects_app/storedobject/"
NOUN = "storedobject"


def page_of(browser, stored_object: StoredObject) -> str:
    return browser.get(f"{LIST}{stored_object.pk}/change/").content.decode()


def test_the_list_shows_objects_of_every_account(alice, bob, staff_browser):
    make_object(alice, "from alice")
    make_object(bob, "from bob", state=State.UPLOADING)
    page = staff_browser.get(LIST).content.decode()
    for words in ("from alice", "from bob", "Read Only", "Uploading", alice.account.name):
        assert words in page


def test_search_finds_names_and_exact_ids(alice, bob, staff_browser):
    first = make_object(alice, "Ärger.txt")
    second = make_object(bob, "notes.txt")
    for term, found in [("ärg", first), (second.pk, second), (bob.account.pk, second)]:
        assert shown(staff_browser.get(LIST, {"q": term})) == [found.pk]


def test_filters_by_account_state_visibility_and_size(alice, bob, staff_browser):
    large = make_object(alice, content=b"x" * 1024 * 1024)
    public = make_object(bob, is_public=True, content=b"")
    failed = make_object(bob, state=State.ERROR)
    for query, found in [
        ({"account__id__exact": alice.account.pk}, [large]),
        ({"account__id__exact": bob.account.pk, "state": "ERROR"}, [failed]),
        ({"visibility": "public"}, [public]),
        ({"size": "1m"}, [large]),
        ({"size": "empty"}, [public]),
        ({"state": "", "visibility": "", "account__id__exact": ""}, [failed, public, large]),
    ]:
        assert shown(staff_browser.get(LIST, query)) == [row.pk for row in found], query


def test_an_object_past_its_time_is_shown_and_found_as_deleted(alice, staff_browser, set_clock):
    set_clock(hours=0)
    short = make_object(alice, time_to_live=timedelta(hours=1))
    set_clock(hours=1)
    assert shown(staff_browser.get(LIST, {"state": "DELETED"})) == [short.pk]
    assert shown(staff_browser.get(LIST, {"state": "READ_ONLY"})) == []
    assert "Deleted" in page_of(staff_browser, short)


def test_days_of_creation_are_both_included(alice, staff_browser, set_clock):
    day = set_clock(hours=0).date()
    made = make_object(alice)
    for first, last, found in [(day, day, [made.pk]), (day + timedelta(1), "", []), ("", day - timedelta(1), [])]:
        assert shown(staff_browser.get(LIST, {"created_at_from": first, "created_at_to": last})) == found


def test_each_object_is_changed_and_told_of(alice, bob, staff_browser):
    private = make_object(alice)
    public = make_object(bob, is_public=True)
    deleted = make_object(bob, state=State.DELETED)
    assert sorted(outcomes(act(staff_browser, NOUN, "make_public", private, public, deleted))) == sorted(
        [
            (private.pk, "made public"),
            (public.pk, "nothing to change"),
            (deleted.pk, "Only an object that is UPLOADING or READ_ONLY can be changed."),
        ]
    )
    assert StoredObject.objects.get(pk=private.pk).is_public


def test_make_private_changes_each(alice, bob, staff_browser):
    rows = [make_object(alice, is_public=True), make_object(bob, is_public=True)]
    act(staff_browser, NOUN, "make_private", *rows)
    assert not StoredObject.objects.filter(is_public=True).exists()


def test_delete_asks_first_names_the_objects_and_who_used_them(alice, staff_browser):
    ledger, unused = make_object(alice, "<b>ledger</b>.csv"), make_object(alice)
    downloads.issue_download_url(ledger, actor=alice.actor, expires_in=timedelta(hours=1))
    page = choose(staff_browser, NOUN, "delete", ledger, unused).content.decode()
    assert "Delete for good: 2 objects." in " ".join(page.split())
    assert "destroyed at once and cannot be brought back" in page
    assert "&lt;b&gt;ledger&lt;/b&gt;.csv" in page
    assert "0 downloads and 1 URLs within 30 days, 1 of which still work; asked for by alice" in page
    assert "not used within 30 days" in page
    assert StoredObject.objects.filter(state=State.READ_ONLY).count() == 2


def test_delete_destroys_the_bytes_of_each(alice, bob, staff_browser, blobs):
    kept = make_object(alice)
    rows = [make_object(alice), make_object(bob), make_object(bob, state=State.DELETED)]
    told = dict(outcomes(act(staff_browser, NOUN, "delete", *rows)))
    assert [told[row.pk] for row in rows] == ["deleted", "deleted", "nothing to change"]
    assert StoredObject.objects.exclude(state=State.DELETED).get() == kept
    assert len(blobs.blobs) == 1


def test_bytes_are_read_anew_and_what_was_found_is_told_and_recorded(alice, staff_browser, blobs):
    sound, damaged, deleted = make_object(alice), make_object(alice), make_object(alice, state=State.DELETED)
    blobs.blobs[StoredObject.objects.get(pk=damaged.pk).blob_key] = b"hullo"
    told = dict(outcomes(act(staff_browser, NOUN, "verify", sound, damaged, deleted)))
    assert told == {
        sound.pk: "the bytes are what they were",
        damaged.pk: "The stored bytes have another SHA-256 than at completion.",
        deleted.pk: "Only an object that is READ_ONLY has bytes that can be verified.",
    }
    events = AuditEvent.objects.filter(action="object.verified").values_list("target_id", "result")
    assert set(events) == {(sound.pk, "ok"), (damaged.pk, "failed")}
    assert StoredObject.objects.get(pk=damaged.pk).state == State.ERROR
    assert StoredObject.objects.get(pk=sound.pk).verified_at > sound.completed_at


def test_the_page_of_an_object_shows_all_but_where_its_bytes_are(alice, staff_browser):
    stored_object = make_object(alice, metadata={"run": "<7>"}, content=b"x" * 2048)
    page = page_of(staff_browser, stored_object)
    for words in (stored_object.sha256, "(2,048 bytes)", "&quot;run&quot;: &quot;&lt;7&gt;&quot;", alice.account.name):
        assert words in page
    assert f"/admin/objects_app/auditevent/?target={stored_object.pk}" in page
    assert stored_object.blob_key not in page


def test_a_public_object_leads_to_its_page(alice, staff_browser):
    public = make_object(alice, is_public=True)
    assert f'href="/o/{public.pk}"' in page_of(staff_browser, public)


def test_uploads_in_progress_are_listed_with_the_one_longest_without_activity_first(alice, staff_browser, set_clock):
    set_clock(hours=0)
    old = make_object(alice, "old", state=State.UPLOADING)
    set_clock(hours=1)
    new = make_object(alice, "new", state=State.UPLOADING)
    make_object(alice, "done")
    assert shown(staff_browser.get("/admin/objects_app/openupload/")) == [old.pk, new.pk]


def test_an_upload_in_progress_is_deleted_as_the_object_that_it_is(alice, staff_browser):
    upload = make_object(alice, state=State.UPLOADING)
    assert outcomes(act(staff_browser, "openupload", "delete", upload)) == [(upload.pk, "deleted")]
    assert AuditEvent.objects.get(action="object.deleted").target_type == "storedobject"


@pytest.mark.parametrize("noun", ["storedobject", "openupload"])
def test_a_member_carries_out_no_action(alice, alice_browser, noun):
    upload = make_object(alice, state=State.UPLOADING)
    act(alice_browser, noun, "delete", upload)
    assert StoredObject.objects.get().state == State.UPLOADING
