"""The error catalogue lists every way to fail, with the status and the words that are really sent."""

from objects_app.errors import every_kind
from tests.readme.documents import ERRORS, code, table


def test_the_catalogue_is_what_the_code_says():
    told = {code(row[0]): (int(row[1]), *row[2:]) for row in table(ERRORS, "Every code")}
    assert told == {error.code: (error.status, error.message, error.remedy) for error in every_kind()}


def test_the_catalogue_is_ordered_by_status():
    statuses = [int(row[1]) for row in table(ERRORS, "Every code")]
    assert statuses == sorted(statuses)


def test_no_two_errors_share_a_code():
    codes = [error.code for error in every_kind()]
    assert len(codes) == len(set(codes))
