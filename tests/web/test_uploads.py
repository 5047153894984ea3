"""Uploading by the pages: the calls of their script, the form without one, the uploads in progress."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from objects_app.models import AuditEvent, State, StoredObject
from objects_app.operations import accounts
from tests.factories import OPERATOR, make_object, put_bytes
from tests.web.test_actions import messages_of

SCRIPT = {"Accept": "application/json"}
PLAIN = {"name": "notes.txt", "content_type": "text/plain", "size": "5", "visibility": "private", "lifetime": ""}


def call(browser, address: str, fields=None):
    return browser.post(address, fields or {}, headers=SCRIPT)


def test_the_script_creates_an_object_with_all_that_was_said(alice, alice_browser):
    said = PLAIN | {"visibility": "public", "lifetime": "7d", "metadata": "team = search\n\nrun=7\n"}
    answer = call(alice_browser, "/uploads/create", said).json()
    stored_object = StoredObject.objects.get(pk=answer["id"])
    assert answer["upload_url"].startswith(f"/upload/{answer['id']}?")
    assert answer["upload_headers"] == {}
    assert (stored_object.name, stored_object.declared_size, stored_object.is_public) == ("notes.txt", 5, True)
    assert stored_object.metadata == {"team": "search", "run": "7"}
    assert (stored_object.delete_after - stored_object.created_at).days == 7


def test_what_a_person_uploads_is_recorded_as_theirs(alice, alice_browser):
    call(alice_browser, "/uploads/create", PLAIN)
    event = AuditEvent.objects.get(action="object.created")
    assert (event.actor_label, event.via) == (alice.user.email, "session")


@pytest.mark.parametrize(
    ("name", "said", "content_type"),
    [
        ("a.csv", "", "text/csv"),
        ("a.tar.gz", "", "application/gzip"),
        ("a", "", "application/octet-stream"),
        ("a.txt", "no type", "text/plain"),
        ("a.txt", "image/png", "image/png"),
    ],
)
def test_a_browser_that_knows_no_type_gets_the_one_of_the_name(alice_browser, name, said, content_type):
    answer = call(alice_browser, "/uploads/create", PLAIN | {"name": name, "content_type": said})
    assert StoredObject.objects.get(pk=answer.json()["id"]).content_type == content_type


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 1025),
        ("name", "a\x07b"),
        ("size", "-1"),
        ("visibility", "everybody"),
        ("lifetime", "2d"),
        ("metadata", "no equals sign"),
        ("metadata", "=value"),
        ("metadata", "k=1\nk=2"),
        ("metadata", f"{'k' * 129}=1"),
        ("metadata", "\n".join(f"k{number}=1" for number in range(65))),
    ],
)
def test_what_is_wrong_is_named_in_json(alice_browser, field, value):
    answer = call(alice_browser, "/uploads/create", PLAIN | {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not StoredObject.objects.exists()


def test_the_script_completes_what_it_sent(alice, alice_browser):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"hello")
    assert call(alice_browser, f"/uploads/{upload.pk}/complete").json() == {"message": "“notes.txt” is complete."}
    assert StoredObject.objects.get().state == State.READ_ONLY


def test_the_script_is_told_why_nothing_can_be_completed(alice, alice_browser):
    upload = make_object(alice, state=State.UPLOADING)
    answer = call(alice_browser, f"/uploads/{upload.pk}/complete")
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_uploaded")


def test_a_cancelled_upload_is_deleted(alice, alice_browser):
    upload = make_object(alice, state=State.UPLOADING)
    assert call(alice_browser, f"/uploads/{upload.pk}/cancel").status_code == 200
    assert StoredObject.objects.get().state == State.DELETED


@pytest.mark.parametrize("act", ["complete", "cancel"])
def test_a_strangers_upload_is_not_found(alice, bob_browser, act):
    upload = make_object(alice, state=State.UPLOADING)
    assert call(bob_browser, f"/uploads/{upload.pk}/{act}").json()["code"] == "object_not_found"
    assert StoredObject.objects.get().state == State.UPLOADING


@pytest.mark.parametrize("act", ["create", "complete", "cancel"])
def test_a_viewer_uploads_nothing(alice, viewer_browser, act):
    upload = make_object(alice, state=State.UPLOADING)
    address = "/uploads/create" if act == "create" else f"/uploads/{upload.pk}/{act}"
    assert call(viewer_browser, address, PLAIN).status_code == 403
    assert StoredObject.objects.get().state == State.UPLOADING


def test_a_viewer_is_offered_no_upload(viewer_browser):
    assert "/upload/" not in viewer_browser.get("/").content.decode()
    assert viewer_browser.get("/upload/").status_code == 403


def test_the_script_needs_a_token_of_the_page(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    assert call(browser, "/uploads/create", PLAIN).status_code == 403
    assert not StoredObject.objects.exists()


def send_form(browser, content: bytes = b"hello", **fields):
    file = SimpleUploadedFile("notes.txt", content, content_type="text/plain")
    return browser.post("/upload/", {"content": file, "visibility": "private", **fields}, follow=True)


@pytest.mark.parametrize("content", [b"hello", b""])
def test_without_a_script_the_form_itself_takes_a_small_object(alice_browser, content):
    assert messages_of(send_form(alice_browser, content, metadata="a=b")) == ["“notes.txt” is uploaded."]
    stored_object = StoredObject.objects.get()
    assert (stored_object.state, stored_object.size_bytes) == (State.READ_ONLY, len(content))
    assert (stored_object.content_type, stored_object.metadata) == ("text/plain", {"a": "b"})


def test_the_form_takes_several_small_objects(alice_browser):
    content = [SimpleUploadedFile(name, b"x") for name in ("one", "two")]
    response = alice_browser.post("/upload/", {"content": content}, follow=True)
    assert messages_of(response) == ["“one” is uploaded.", "“two” is uploaded."]


def test_the_form_may_give_another_name(alice_browser):
    send_form(alice_browser, name="other.csv")
    assert StoredObject.objects.values_list("name", "content_type").get() == ("other.csv", "text/csv")


def test_the_form_says_what_is_wrong(alice_browser):
    assert "is not of the form key=value" in send_form(alice_browser, metadata="nonsense").content.decode()
    page = alice_browser.post("/upload/", {"visibility": "private"}).content.decode()
    assert "Choose what to upload." in page
    assert not StoredObject.objects.exists()


def test_an_object_over_the_limit_is_refused_with_a_reason(alice_browser, settings):
    settings.MAX_OBJECT_BYTES = 4
    assert messages_of(send_form(alice_browser)) == ["“notes.txt”: An object has at most 4 bytes."]
    assert not StoredObject.objects.exists()


def test_uploads_in_progress_show_what_came_and_when_they_are_given_up(alice, alice_browser, settings):
    upload = make_object(alice, "half.bin", state=State.UPLOADING)
    put_bytes(upload, b"x" * 2048)
    make_object(alice, "ready.txt")
    response = alice_browser.get("/uploads/")
    [row] = response.context["rows"]
    assert row["swept_at"] == row["stored_object"].last_activity_at + settings.UPLOAD_LIFETIME
    assert "2.0\xa0KB" in response.content.decode()


def test_an_upload_is_completed_or_cancelled_from_the_page(alice, alice_browser):
    done, given_up = [make_object(alice, name, state=State.UPLOADING) for name in ("done", "given up")]
    put_bytes(done, b"hello")
    back = {"next": "/uploads/"}
    completed = alice_browser.post(f"/uploads/{done.pk}/complete", back, follow=True)
    assert messages_of(completed) == ["“done” is complete."]
    assert completed.redirect_chain == [("/uploads/", 302)]
    cancelled = alice_browser.post(f"/uploads/{given_up.pk}/cancel", back, follow=True)
    assert messages_of(cancelled) == ["The upload of “given up” is cancelled."]


def test_the_page_says_why_an_upload_cannot_be_completed(alice, alice_browser):
    upload = make_object(alice, state=State.UPLOADING)
    response = alice_browser.post(f"/uploads/{upload.pk}/complete", follow=True)
    assert messages_of(response)[0].startswith("Nothing has been uploaded yet")


def test_uploads_of_others_are_not_shown(alice, bob_browser):
    make_object(alice, state=State.UPLOADING)
    assert bob_browser.get("/uploads/").context["rows"] == []


def test_the_uploads_cost_four_queries_however_many_they_are(alice, alice_browser, django_assert_num_queries):
    for number in range(3):
        make_object(alice, f"part-{number}", state=State.UPLOADING)
    with django_assert_num_queries(4):  # the session, the user, the memberships, the uploads
        alice_browser.get("/uploads/")


@pytest.mark.parametrize("address", ["/upload/", "/uploads/"])
def test_nobody_uploads_without_a_session(client, db, address):
    assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


@pytest.mark.parametrize(("days", "label"), [(30, "30 days"), (45, "45 days")])
@pytest.mark.parametrize("address", ["/upload/", "/", "/settings/"])
def test_the_forms_begin_with_the_defaults_of_the_account(alice, alice_browser, address, days, label):
    accounts.change_defaults(alice.account, is_public=True, lifetime=timedelta(days=days), actor=OPERATOR)
    page = alice_browser.get(address).content.decode()
    assert '<option value="public" selected>' in page
    assert f'<option value="{days}d" selected>{label}</option>' in page


def test_a_default_lifetime_of_no_list_can_be_chosen(alice, alice_browser):
    accounts.change_defaults(alice.account, is_public=False, lifetime=timedelta(hours=36), actor=OPERATOR)
    answer = call(alice_browser, "/uploads/create", PLAIN | {"lifetime": "36h"})
    stored_object = StoredObject.objects.get(pk=answer.json()["id"])
    assert stored_object.delete_after - stored_object.created_at == timedelta(hours=36)
