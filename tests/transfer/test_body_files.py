"""Bodies in files that the front server names: who may name one, which, and what is made of it."""

import hashlib
import json
from contextlib import closing

import pytest

from objects_app.errors import StorageUnavailable
from objects_app.models import State
from objects_app.operations import uploads
from objects_app.operations.objects import NewObject, create_object
from objects_app.storage import disk_files, get_storage
from objects_app.transfer.exchange import Exchange
from tests.asgi import answer_to
from tests.operations.history import database_fails, row

pytestmark = pytest.mark.usefixtures("visits_in_this_thread", "front_server")
SHA256 = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def front_server(disk, settings, tmp_path, trust):
    """A trusted proxy at 127.0.0.1 with a folder of bodies."""
    settings.UPLOAD_BODY_FOLDER = disk.bodies = tmp_path / "bodies"
    disk.bodies.mkdir()
    trust("127.0.0.1")


@pytest.fixture
def body(disk):
    path = disk.bodies / "0000000001"
    path.write_bytes(b"hello")
    return path


@pytest.fixture
def upload(alice):
    return create_object(NewObject("notes.txt", "text/plain"), actor=alice.actor)


def put(upload, path, *, began: str = "") -> tuple[int, str]:
    """Status and code of the answer."""
    headers = [(b"x-body-file", str(path).encode())] + ([(b"x-upload-began", began.encode())] if began else [])
    status, _, content = answer_to("PUT", upload.url, *headers)
    return status, json.loads(content)["code"] if content else ""


def admit(upload, length: int, *headers) -> tuple[int, dict]:
    path = upload.url.partition("/upload/")[2]
    status, answered, _ = answer_to("GET", f"http://testserver/admit/{length}/upload/{path}", *headers)
    return status, answered


def blobs_of(disk) -> list[bytes]:
    return [path.read_bytes() for path in disk.folder.glob("??/*")]


def never_called(*_):
    raise AssertionError("a body was read")


def test_the_file_becomes_the_content_and_nobody_reads_it(upload, body, disk, monkeypatch):
    monkeypatch.setattr(Exchange, "_next_block", never_called)
    monkeypatch.setattr(disk_files.BodyFile, "digest", never_called)
    assert put(upload, body) == (200, "")
    staged = row(upload.stored_object)
    assert (staged.staged_size, staged.staged_sha256) == (5, "")
    assert (blobs_of(disk), body.exists()) == ([b"hello"], False)
    with closing(disk.open(staged.staging_key)) as reader:
        assert reader.size == 5


def test_a_declared_digest_is_compared(alice, body):
    new = NewObject("notes.txt", "text/plain", declared_sha256=SHA256)
    upload = create_object(new, actor=alice.actor)
    put(upload, body)
    assert row(upload.stored_object).staged_sha256 == SHA256


def test_nobody_else_names_a_file(upload, body, disk, trust):
    trust("192.0.2.1")
    assert put(upload, body) == (403, "body_file_refused")
    assert (blobs_of(disk), body.exists()) == ([], True)


def test_without_the_setting_no_file_is_taken(upload, body, settings):
    settings.UPLOAD_BODY_FOLDER = None
    assert put(upload, body) == (403, "body_file_refused")
    assert admit(upload, 5)[0] == 403


def test_objects_that_are_not_on_disk_take_no_files(upload, body, monkeypatch, blobs):
    monkeypatch.setattr("objects_app.transfer.body_files.get_storage", lambda: blobs)
    assert put(upload, body) == (403, "body_file_refused")
    assert admit(upload, 5)[0] == 403


def test_a_file_elsewhere_is_refused_and_stays(upload, tmp_path):
    elsewhere = tmp_path / "0000000001"
    elsewhere.write_bytes(b"hello")
    assert put(upload, elsewhere) == (403, "body_file_refused")
    assert elsewhere.exists()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_file_is_named_by_a_put(upload, body, method):
    status, *_ = answer_to(method, upload.url, (b"x-body-file", str(body).encode()))
    assert (status, body.exists()) == (405, True)


def test_a_file_too_large_is_refused_and_goes(upload, body, disk, settings):
    settings.MAX_OBJECT_BYTES = 4
    assert put(upload, body) == (413, "body_too_large")
    assert (blobs_of(disk), body.exists()) == ([], False)


def test_a_file_for_a_closed_upload_is_refused_and_goes(upload, body, disk, alice):
    uploads.StoredObject.objects.filter(pk=upload.stored_object.pk).update(state=State.ERROR)
    assert put(upload, body) == (403, "upload_closed")
    assert (blobs_of(disk), body.exists()) == ([], False)


def test_a_url_may_run_out_while_the_body_arrives(upload, body, set_clock):
    set_clock(minutes=59)
    began = admit(upload, 5)[1]["x-upload-began"]
    set_clock(hours=2)
    assert put(upload, body, began=began) == (200, "")


@pytest.mark.parametrize("began", ["", "soon"])
def test_a_body_of_which_nobody_knows_when_it_began_needs_a_valid_url(upload, body, set_clock, began):
    set_clock(hours=2)
    assert put(upload, body, began=began) == (403, "url_expired")


def test_a_body_may_not_begin_after_the_end_of_the_url(upload, set_clock):
    set_clock(hours=2)
    assert admit(upload, 5)[0] == 403


def test_the_begin_is_activity(upload, set_clock):
    moment = set_clock(minutes=30)
    assert admit(upload, 5)[0] == 204
    assert row(upload.stored_object).last_activity_at == moment


def test_what_is_too_large_may_not_begin(upload, settings):
    settings.MAX_OBJECT_BYTES = 4
    assert admit(upload, 5)[0] == 413


def test_what_does_not_fit_may_not_begin(upload, monkeypatch):
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 4)
    assert admit(upload, 5)[0] == 507


def test_an_encoded_body_may_not_begin(upload):
    assert admit(upload, 5, (b"content-encoding", b"gzip"))[0] == 400


def test_a_body_that_nobody_signed_may_not_begin(upload):
    status, *_ = answer_to("GET", f"http://testserver/admit/5/upload/{upload.stored_object.pk}?v=1")
    assert status == 403


def test_a_disk_that_fails_leaves_neither_file_nor_blob(upload, body, disk, monkeypatch):
    def fail(_folder):
        raise StorageUnavailable

    monkeypatch.setattr(disk_files, "sync_folder", fail)
    assert put(upload, body) == (503, "storage_unavailable")
    assert (blobs_of(disk), body.exists()) == ([], False)
    assert row(upload.stored_object).staged_size is None


def test_a_blob_stays_for_the_sweep_where_the_database_fails(upload, body, disk, monkeypatch):
    monkeypatch.setattr(uploads.audit, "record", database_fails)
    assert put(upload, body)[0] >= 500
    assert blobs_of(disk) == [b"hello"]
