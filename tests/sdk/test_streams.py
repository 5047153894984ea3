"""Bodies whose length nobody knows at their start."""


def test_a_stream_of_unknown_length_goes_up_whole(alice, storage_object, now, tag):
    parts = [bytes([number]) * 65_537 for number in range(40)]
    stored = now(storage_object.create(name=tag, content_type="binary"))
    now(stored.upload_content(alice.stream(parts)))
    assert now(stored.complete()).size_bytes == 40 * 65_537
    assert now(stored.download_as_bytes()) == b"".join(parts)


def test_an_empty_stream_makes_an_empty_object(alice, storage_object, now, tag):
    stored = now(storage_object.create(name=tag, content_type="binary"))
    now(stored.upload_content(alice.stream([])))
    assert now(stored.complete()).size_bytes == 0
