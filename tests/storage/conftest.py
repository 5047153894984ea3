"""Every storage, the fake one as well as the real ones."""

import pytest

from objects_app.storage.disk import DiskStorage
from objects_app.storage.memory import MemoryStorage

STORAGES = {"memory": lambda _folder: MemoryStorage(), "disk": DiskStorage}


@pytest.fixture(params=STORAGES)
def store(request, tmp_path):
    store = STORAGES[request.param](tmp_path / "objects")
    store.prepare(holds_blobs=False)
    return store
