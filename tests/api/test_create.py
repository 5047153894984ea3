"""POST /v1/objects"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from objects_app.models import AuditEvent, StoredObject
from tests.api.shapes import Whole, error, signed_url, unfinished

NEW = {"name": "notes.txt", "content_type": "text/plain"}
PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)


def refused_field(answer) -> str:
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    return " ".join(answer.json()["errors"])


def test_a_new_object_is_shown_with_its_upload_url(alice_api):
    answer = alice_api.post("/v1/objects", NEW)
    body = answer.json()
    assert answer.status_code == 200
    assert body == unfinished(
        upload_url=signed_url("upload", body["id"]), upload_headers=None, upload_expires_time_ms=Whole()
    )
    assert f"&expires={body['upload_expires_time_ms']}&" in body["upload_url"]


def test_everything_that_was_said_of_the_object_is_shown(alice_api):
    said = {"content_type": "text", "is_public": True, "metadata": {"a": "", "ä": "1"}, "ttl_ms": 1500}
    body = alice_api.post("/v1/objects", {"name": "n", "size_bytes": 5, "sha256": "A" * 64, **said}).json()
    assert (body["content_type"], body["is_public"], body["metadata"]) == ("text", True, {"a": "", "ä": "1"})
    assert body["delete_after_time_ms"] == body["create_time_ms"] + 1500


def test_nobody_creates_anything_without_a_key(anonymous_api):
    answer = anonymous_api.post("/v1/objects", b"{not even JSON")
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))
    assert not StoredObject.objects.exists()


def test_a_key_that_only_reads_creates_nothing(reader_api):
    answer = reader_api.post("/v1/objects", NEW)
    assert (answer.status_code, answer.json()) == (403, error("scope_missing"))
    assert not StoredObject.objects.exists()


@pytest.mark.parametrize("field", ["is_public", "metadata", "ttl_ms", "size_bytes", "sha256"])
def test_null_counts_as_not_said(alice_api, field):
    body = alice_api.post("/v1/objects", {**NEW, field: None}).json()
    assert (body["is_public"], body["metadata"], body["delete_after_time_ms"]) == (False, {}, None)


def test_unknown_fields_are_ignored(alice_api):
    said = {**NEW, "state": "READ_ONLY", "id": "obj_mine", "account": "acc_other", "size": 3, "created_by": "x"}
    body = alice_api.post("/v1/objects", said).json()
    assert (body["state"], body["size_bytes"]) == ("UPLOADING", None)
    assert body["id"] != "obj_mine"


def test_two_objects_may_have_one_name(alice_api):
    first, second = (alice_api.post("/v1/objects", NEW).json() for _ in range(2))
    assert first["id"] != second["id"]


@pytest.mark.parametrize("content_type", ["unspecified", "text", "binary", "gzip", "tar", "tgz"])
def test_the_six_words_are_kept_as_they_are(alice_api, content_type):
    body = alice_api.post("/v1/objects", {**NEW, "content_type": content_type}).json()
    assert body["content_type"] == content_type


@pytest.mark.parametrize(
    "content_type",
    ["text/csv", "TEXT/Plain", "application/vnd.x+json; charset=utf-8", 'a/b;q="x y"; z=1', "x/" + "y" * 253],
)
def test_mime_types_are_kept_as_they_are(alice_api, content_type):
    body = alice_api.post("/v1/objects", {**NEW, "content_type": content_type}).json()
    assert body["content_type"] == content_type


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        " ",
        "words",
        "Text",
        "text/",
        "/plain",
        "a/b/c",
        "a/b\r\nX-Evil: 1",
        "a/b\n",
        "a/b;",
        "ä/b",
        "x/" + "y" * 254,
        None,
        1,
        True,
        ["text"],
        {"text": 1},
    ],
)
def test_other_content_types_are_refused(alice_api, content_type):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "content_type": content_type})) == "content_type"


@pytest.mark.parametrize("name", ["x", "x" * 1024, "../../etc/passwd", "a/b\\c", '"; drop', "İß 🗃 \u202e", "\u200b"])
def test_any_text_is_a_name(alice_api, name):
    assert alice_api.post("/v1/objects", {**NEW, "name": name}).json()["name"] == name


@pytest.mark.parametrize(
    "name", ["", "  ", "\u3000", "x" * 1025, "a\x00b", "a\nb", "\x7f", "\x85", None, 7, 1.5, False, [], {}]
)
def test_other_names_are_refused(alice_api, name):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "name": name})) == "name"


@pytest.mark.parametrize("field", ["name", "content_type"])
def test_name_and_content_type_must_be_said(alice_api, field):
    said = {key: value for key, value in NEW.items() if key != field}
    answer = alice_api.post("/v1/objects", said)
    assert answer.json() == error("invalid", errors={field: ["This field is required."]})
    assert answer.status_code == 400


@pytest.mark.parametrize("is_public", ["true", "", 0, 1, [], {}])
def test_only_a_boolean_makes_public(alice_api, is_public):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "is_public": is_public})) == "is_public"


@pytest.mark.parametrize("ttl_ms", [0, -1, True, False, "60000", 1.5, [], {}, 2**63, 10**18])
def test_other_lives_are_refused(alice_api, ttl_ms):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "ttl_ms": ttl_ms})) == "ttl_ms"


@pytest.mark.parametrize("number", [b"99999999999999999999999", b"1e400", b"-1", b"1e30"])
@pytest.mark.parametrize("field", ["ttl_ms", "size_bytes"])
def test_numbers_that_no_column_holds_are_refused(alice_api, field, number):
    body = b'{"name": "n", "content_type": "text", "%s": %s}' % (field.encode(), number)
    assert alice_api.post("/v1/objects", body).status_code == 400


@pytest.mark.parametrize("number", [b"1000", b"1000.0", b"1e3"])
def test_a_whole_number_is_an_integer_however_it_is_written(alice_api, number):
    body = alice_api.post("/v1/objects", b'{"name": "n", "content_type": "text", "ttl_ms": %s}' % number).json()
    assert body["delete_after_time_ms"] == body["create_time_ms"] + 1000


@pytest.mark.parametrize("sha256", ["", "a" * 63, "a" * 65, "g" * 64, "a" * 64 + "\n", 1, True, []])
def test_other_digests_are_refused(alice_api, sha256):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "sha256": sha256})) == "sha256"


@pytest.mark.parametrize(
    "metadata",
    [
        {"key": 1},
        {"key": None},
        {"key": True},
        {"key": {"a": "b"}},
        {"key": []},
        [],
        [["a", "b"]],
        "a=b",
        1,
        {"": "empty"},
        {"k" * 129: ""},
        {"k": "v" * 4097},
        {"k\x00": "v"},
        {"k": "line\nbreak"},
        {str(number): "" for number in range(65)},
        {str(number): "v" * 4096 for number in range(8)},
        {"k" * 64: "ü" * 4096, **{str(number): "ü" * 4096 for number in range(3)}},
    ],
)
def test_other_metadata_are_refused(alice_api, metadata):
    assert refused_field(alice_api.post("/v1/objects", {**NEW, "metadata": metadata})) == "metadata"


@pytest.mark.parametrize(
    "metadata",
    [{str(number): "" for number in range(64)}, {"k" * 128: "v" * 4096}, {f"{n:02}": "v" * 4094 for n in range(8)}],
)
def test_metadata_up_to_the_limits_are_kept(alice_api, metadata):
    assert alice_api.post("/v1/objects", {**NEW, "metadata": metadata}).json()["metadata"] == metadata


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=PLAIN.filter(str.strip), metadata=st.dictionaries(PLAIN.filter(bool), PLAIN, max_size=5))
def test_names_and_metadata_come_back_exactly(alice_api, name, metadata):
    made = alice_api.post("/v1/objects", {**NEW, "name": name, "metadata": metadata}).json()
    found = alice_api.get(f"/v1/objects/{made['id']}").json()
    assert (made["name"], made["metadata"]) == (found["name"], found["metadata"]) == (name, metadata)


def test_creating_is_recorded_with_who_did_it(alice_api, alice):
    made = alice_api.post("/v1/objects", {**NEW, "is_public": True}).json()
    event = AuditEvent.objects.get(action="object.created")
    assert (event.target_id, event.account_id, event.actor_id) == (made["id"], alice.account.pk, alice.key.pk)
    assert (event.address, event.details) == ("127.0.0.1", {"is_public": True})


def test_creating_takes_four_statements(alice_api, django_assert_num_queries):
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(4):  # begin, the object, its event, end
        alice_api.post("/v1/objects", NEW)
