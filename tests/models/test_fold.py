"""What names are compared by."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from objects_app.models.objects import fold


def test_case_and_composition_make_no_difference():
    assert fold("Straße") == fold("STRASSE")
    assert fold("Cafe\u0301") == fold("caf\u00e9")


@given(st.text())
def test_ways_to_compose_a_name_make_no_difference(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_only_lowered(text):
    assert fold(text) == text.lower()
