"""Memory stays flat, however large the object."""

import httpx
import pytest

MIB = 1024 * 1024
SIZE = 256
GROWTH = 64 * MIB


def blocks():
    block = bytes(MIB)
    return (block for _ in range(SIZE))


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(SIZE * MIB)}], ids=["chunks", "length"])
def test_a_large_object_goes_up_and_down_in_flat_memory(alice_live, upload, headers):
    alice_live.stored_url(b"x" * MIB)
    before = alice_live.memory()
    assert httpx.put(upload.url, content=blocks(), headers=headers, timeout=60).status_code == 200
    assert alice_live.complete(upload).json()["size_bytes"] == SIZE * MIB
    with httpx.stream("GET", alice_live.download_url(upload), timeout=60) as answer:
        assert sum(map(len, answer.iter_raw())) == SIZE * MIB
    assert alice_live.memory() - before < GROWTH
