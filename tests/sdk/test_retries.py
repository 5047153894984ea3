"""A lost answer costs nothing: the client's own retry, or a second call with the same key, finds the first result."""

import httpx
import pytest


@pytest.fixture
def through_proxy(connect, proxy):
    return connect(base_url=proxy.url)


def upload(view):
    httpx.put(view.upload_url, content=b"some bytes").raise_for_status()


def test_a_create_whose_answer_was_lost_leaves_one_object(through_proxy, objects, now, proxy, tag):
    proxy.losses = 1
    created = through_proxy.now(through_proxy.objects.create(name=tag, content_type="text"))
    assert proxy.requests == ["POST /v1/objects"] * 2
    assert [item.id for item in now(objects.list(name=tag)).objects] == [created.id]
    upload(created)
    assert now(objects.complete(created.id)).state == "READ_ONLY"


def test_a_complete_whose_answer_was_lost_succeeds(through_proxy, objects, now, proxy, tag):
    created = now(objects.create(name=tag, content_type="text"))
    upload(created)
    proxy.losses = 1
    assert through_proxy.now(through_proxy.objects.complete(created.id)).state == "READ_ONLY"
    assert len(proxy.requests) == 2


def test_a_delete_whose_answer_was_lost_succeeds(through_proxy, proxy, make_completed):
    completed = make_completed()
    proxy.losses = 1
    assert through_proxy.now(through_proxy.objects.delete(completed.id)).state == "DELETED"
    assert len(proxy.requests) == 2


def test_the_same_key_and_body_make_one_object(objects, now, tag):
    key = f"key-{tag}"
    created = [now(objects.create(name=tag, content_type="text", idempotency_key=key)) for _ in range(3)]
    assert len({view.id for view in created}) == 1
    upload(created[2])
    assert now(objects.list(name=tag)).total_count == 1


def test_another_body_or_another_key_makes_another_object(objects, now, tag):
    key = f"key-{tag}"
    now(objects.create(name=f"{tag} one", content_type="text", idempotency_key=key))
    now(objects.create(name=f"{tag} two", content_type="text", idempotency_key=key))
    now(objects.create(name=f"{tag} two", content_type="text"))
    assert now(objects.list(name=tag)).total_count == 3


def test_keys_of_two_accounts_do_not_meet(objects, now, bob, tag):
    key = f"key-{tag}"
    mine = now(objects.create(name=tag, content_type="text", idempotency_key=key))
    theirs = bob.now(bob.objects.create(name=tag, content_type="text", idempotency_key=key))
    assert mine.id != theirs.id


def test_a_complete_may_be_repeated_with_its_key(objects, now, tag):
    created = now(objects.create(name=tag, content_type="text"))
    upload(created)
    completed = [now(objects.complete(created.id, idempotency_key=f"key-{tag}")) for _ in range(2)]
    assert completed[0] == completed[1]
