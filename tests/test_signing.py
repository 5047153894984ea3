"""Signed URLs: nothing of them can be changed."""

import pytest
from django.conf import settings as live_settings
from hypothesis import given
from hypothesis import strategies as st

from objects_app import signing
from objects_app.errors import InvalidSignature
from objects_app.ids import new_id
from objects_app.signing import Purpose, TransferGrant

ID = new_id("obj")
numbers = st.integers(min_value=0, max_value=2**63)
grants = st.builds(
    TransferGrant,
    purpose=st.sampled_from(Purpose),
    object_id=st.just(ID),
    account=st.just(new_id("acc")),
    epoch=numbers,
    grant=numbers,
    expires=numbers,
    inline=st.booleans(),
)
GRANT = TransferGrant(Purpose.DOWNLOAD, ID, new_id("acc"), 0, 7, 1_700_000_000_000)


def query_of(grant: TransferGrant) -> str:
    return signing.sign(grant).partition("?")[2]


def is_refused(purpose: Purpose, object_id: str, query: str) -> bool:
    with pytest.raises(InvalidSignature):
        signing.verify(purpose, object_id, query)
    return True


@given(grants)
def test_what_was_signed_is_read_back(grant):
    assert signing.verify(grant.purpose, grant.object_id, query_of(grant)) == grant


@given(grants, st.data())
def test_any_changed_character_of_the_query_is_refused(grant, data):
    query = query_of(grant)
    position = data.draw(st.integers(0, len(query) - 1))
    other = data.draw(st.characters().filter(lambda character: character != query[position]))
    assert is_refused(grant.purpose, ID, query[:position] + other + query[position + 1 :])


@given(grants, st.data())
def test_any_changed_character_of_the_id_is_refused(grant, data):
    position = data.draw(st.integers(0, len(ID) - 1))
    other = data.draw(st.characters().filter(lambda character: character != ID[position]))
    assert is_refused(grant.purpose, ID[:position] + other + ID[position + 1 :], query_of(grant))


@given(grants)
def test_a_url_serves_one_purpose(grant):
    [other] = set(Purpose) - {grant.purpose}
    assert is_refused(other, ID, query_of(grant))


@given(grants, st.data())
def test_a_dropped_repeated_or_added_parameter_is_refused(grant, data):
    parts = query_of(grant).split("&")
    at = data.draw(st.integers(0, len(parts) - 1))
    for changed in (parts[:at] + parts[at + 1 :], [*parts, parts[at]], [*parts, "more=1"], parts[::-1]):
        assert is_refused(grant.purpose, ID, "&".join(changed))


@given(st.text())
def test_no_text_passes_for_a_signature(text):
    assert is_refused(Purpose.DOWNLOAD, ID, text)
    assert is_refused(Purpose.DOWNLOAD, text, query_of(GRANT))


@pytest.mark.parametrize("query", ["\udcff", "v=1&account=\udcff", "epoch=" + "9" * 5000])
def test_broken_text_is_refused_like_any_other(query):
    assert is_refused(Purpose.DOWNLOAD, ID, query)


def test_a_key_in_the_fallbacks_still_verifies_and_no_longer_signs(settings):
    old = query_of(GRANT)
    settings.SECRET_KEY_FALLBACKS = [live_settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key for this test alone"
    assert signing.verify(Purpose.DOWNLOAD, ID, old) == GRANT
    assert query_of(GRANT) != old
    settings.SECRET_KEY_FALLBACKS = []
    assert is_refused(Purpose.DOWNLOAD, ID, old)


def test_the_signature_is_256_bits_and_not_made_with_the_bare_secret_key():
    signature = query_of(GRANT).rpartition("signature=")[2]
    assert len(bytes.fromhex(signature)) == 32
    assert live_settings.SECRET_KEY not in signing.sign(GRANT)


@given(st.integers(-(10**13), 10**14), st.integers(0, 999))
def test_milliseconds_are_rounded_down(whole, microseconds):
    moment = signing.EPOCH + signing.timedelta(milliseconds=whole, microseconds=microseconds)
    assert signing.milliseconds(moment) == whole
