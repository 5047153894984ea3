"""Each refusal becomes the exception that the official client has for it, and none is tried again in vain."""

import httpx
import pytest
from runloop_api_client import AuthenticationError, BadRequestError, ConflictError, NotFoundError, PermissionDeniedError

PUBLIC = {"is_public": True}
UNKNOWN = "obj_" + "0" * 30
BY_ID = ("retrieve", "complete", "download", "delete")


def test_an_error_carries_message_code_and_request_id(objects, now):
    with pytest.raises(NotFoundError) as failure:
        now(objects.retrieve(UNKNOWN))
    assert failure.value.body["code"] == "object_not_found"
    assert failure.value.body["request_id"] == failure.value.response.headers["x-request-id"]
    assert isinstance(failure.value.body["message"], str)


@pytest.mark.parametrize("method", BY_ID)
def test_a_wrong_key_is_refused_before_anything_else(connect, method):
    nobody = connect("hld_wrong")
    with pytest.raises(AuthenticationError):
        nobody.now(getattr(nobody.objects, method)(UNKNOWN))


@pytest.mark.parametrize("method", ["list", "list_public"])
def test_lists_need_a_key(connect, method):
    nobody = connect("hld_wrong")
    with pytest.raises(AuthenticationError):
        nobody.now(getattr(nobody.objects, method)())


def test_create_needs_a_key(connect, tag):
    nobody = connect("hld_wrong")
    with pytest.raises(AuthenticationError):
        nobody.now(nobody.objects.create(name=tag, content_type="text"))


@pytest.mark.parametrize("method", BY_ID)
def test_an_unknown_object_is_not_found(objects, now, method):
    with pytest.raises(NotFoundError):
        now(getattr(objects, method)(UNKNOWN))


@pytest.mark.parametrize("method", BY_ID)
def test_a_strangers_private_object_looks_like_an_unknown_one(bob, make_completed, method):
    completed = make_completed()
    bodies = []
    for object_id in (completed.id, UNKNOWN):
        with pytest.raises(NotFoundError) as failure:
            bob.now(getattr(bob.objects, method)(object_id))
        bodies.append(failure.value.body | {"request_id": ""})
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("method", ["complete", "delete"])
def test_a_stranger_may_not_change_a_public_object(bob, make_completed, method):
    completed = make_completed(extra_body=PUBLIC)
    with pytest.raises(PermissionDeniedError):
        bob.now(getattr(bob.objects, method)(completed.id))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 1025},
        {"name": "a\x00b"},
        {"content_type": "nonsense"},
        {"content_type": "text/plain\r\nX-Evil: 1"},
        {"ttl_ms": 0},
        {"ttl_ms": True},
        {"metadata": {"number": 1}},
        {"extra_body": {"is_public": "yes"}},
    ],
)
def test_a_create_with_a_bad_field_is_a_bad_request(objects, now, tag, fields):
    with pytest.raises(BadRequestError):
        now(objects.create(**{"name": tag, "content_type": "text"} | fields))


@pytest.mark.parametrize(
    "filters", [{"limit": 0}, {"limit": -1}, {"state": "LOST"}, {"starting_after": UNKNOWN}, {"name": "a\x00b"}]
)
@pytest.mark.parametrize("method", ["list", "list_public"])
def test_a_list_with_a_bad_filter_is_a_bad_request(objects, now, method, filters):
    with pytest.raises(BadRequestError):
        now(getattr(objects, method)(**filters))


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
def test_a_download_url_lives_between_a_second_and_a_week(objects, now, make_completed, seconds):
    completed = make_completed()
    with pytest.raises(BadRequestError):
        now(objects.download(completed.id, duration_seconds=seconds))


def test_nothing_can_be_completed_or_downloaded_before_an_upload(objects, now, tag):
    created = now(objects.create(name=tag, content_type="text"))
    for method in (objects.complete, objects.download):
        with pytest.raises(BadRequestError):
            now(method(created.id))


def test_a_deleted_object_cannot_be_downloaded(objects, now, make_completed):
    completed = make_completed()
    now(objects.delete(completed.id))
    with pytest.raises(BadRequestError):
        now(objects.download(completed.id))


@pytest.mark.parametrize("state", ["READ_ONLY", "DELETED"])
def test_completing_in_a_final_state_is_one_conflict_without_retries(alice, connect, proxy, make_completed, state):
    completed = make_completed()
    if state == "DELETED":
        alice.now(alice.objects.delete(completed.id))
    through_proxy = connect(base_url=proxy.url)
    with pytest.raises(ConflictError) as failure:
        through_proxy.now(through_proxy.objects.complete(completed.id))
    assert failure.value.response.headers["x-should-retry"] == "false"
    assert proxy.requests == [f"POST /v1/objects/{completed.id}/complete"]


def test_an_upload_url_is_for_uploads_and_a_download_url_for_downloads(objects, now, make_completed, tag):
    created = now(objects.create(name=tag, content_type="text"))
    completed = make_completed()
    assert httpx.get(created.upload_url).is_client_error
    assert httpx.put(now(objects.download(completed.id)).download_url, content=b"x").is_client_error


def test_a_changed_signature_opens_nothing(objects, now, make_completed):
    url = now(objects.download(make_completed().id)).download_url
    last = "A" if url[-1] != "A" else "B"
    assert httpx.get(url[:-1] + last).status_code == 403
