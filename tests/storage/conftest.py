"""Every storage, the fake one as well as the real ones."""

from datetime import timedelta

import pytest

from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage
from tests.s3_server import s3_storage


def in_memory(_request):
    return MemoryStorage()


def on_disk(request):
    return DiskStorage(request.getfixturevalue("tmp_path") / "objects")


def in_bucket(request):
    return s3_storage(request.getfixturevalue("s3"), young_blob=timedelta(0))


@pytest.fixture(params=[in_memory, on_disk, in_bucket])
def store(request):
    return prepared(request)


@pytest.fixture(params=[in_memory, on_disk])
def locking_store(request):
    """Those that know who is at work on a blob; in a bucket, age has to tell."""
    return prepared(request)


def prepared(request):
    store = request.param(request)
    store.prepare(holds_blobs=False)
    return store
