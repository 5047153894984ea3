"""The list of an account's objects."""

from datetime import timedelta

import pytest
from django.db.models import F

from objects_app.models import Membership, State, StoredObject
from objects_app.operations import accounts
from objects_app.web import objects
from tests.factories import OPERATOR, make_object


def text_of(response) -> str:
    return response.content.decode()


def names(response) -> list[str]:
    return [row.stored_object.name for row in response.context["rows"]]


def test_the_list_shows_the_newest_object_first(alice, alice_browser):
    make_object(alice, "old.txt")
    make_object(alice, "new.txt")
    assert names(alice_browser.get("/")) == ["new.txt", "old.txt"]


def test_a_row_shows_name_state_visibility_type_and_size(alice, alice_browser):
    make_object(alice, "notes.txt", content=b"x" * 2048, is_public=True)
    page = text_of(alice_browser.get("/"))
    row = page[page.index("<tbody") : page.index("</tbody>")]
    for shown in ("notes.txt", "Read Only", "Public", "text/plain", "2.0\xa0KB", "just now"):
        assert shown in row


@pytest.mark.parametrize(("state", "word"), [(state, state.label) for state in State])
def test_every_state_has_its_word_and_its_shape(alice, alice_browser, state, word):
    make_object(alice, state=state)
    page = text_of(alice_browser.get("/", {"state": state}))
    assert f'<span class="mark {state.lower()}"></span>{word}</td>' in page


def test_the_reason_of_an_error_is_shown(alice, alice_browser):
    broken = make_object(alice, state=State.ERROR)
    assert broken.error_reason
    assert broken.error_reason.split("'")[0] in text_of(alice_browser.get("/"))


def test_an_object_past_its_time_is_no_longer_listed(alice, alice_browser):
    make_object(alice, "gone.txt")
    StoredObject.objects.update(delete_after=F("created_at"))
    assert names(alice_browser.get("/")) == []
    assert names(alice_browser.get("/", {"state": "DELETED"})) == ["gone.txt"]


def test_objects_of_other_accounts_are_not_listed(alice, bob, bob_browser):
    make_object(alice, "private.txt")
    make_object(alice, "public.txt", is_public=True)
    assert names(bob_browser.get("/")) == []


def test_search_finds_a_part_of_the_name_in_any_case(alice, alice_browser):
    make_object(alice, "Ärger.txt")
    make_object(alice, "100%.txt")
    assert names(alice_browser.get("/", {"search": "äRG"})) == ["Ärger.txt"]
    assert names(alice_browser.get("/", {"search": "0%"})) == ["100%.txt"]


def test_search_finds_an_exact_id(alice, alice_browser):
    make_object(alice, "other.txt")
    wanted = make_object(alice, "wanted.txt")
    assert names(alice_browser.get("/", {"search": wanted.pk})) == ["wanted.txt"]


def test_the_state_filter_shows_deleted_objects_only_when_asked(alice, alice_browser):
    make_object(alice, "deleted.txt", state=State.DELETED)
    make_object(alice, "kept.txt")
    assert names(alice_browser.get("/")) == ["kept.txt"]
    assert names(alice_browser.get("/", {"state": "DELETED"})) == ["deleted.txt"]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "NEW"},
        {"kind": "x"},
        {"order": "id"},
        {"created_to": "x"},
        {"after": "obj_unknown"},
        {"search": "\0"},
        {"search": "x" * 1025},
    ],
)
def test_an_address_that_means_nothing_is_refused_by_a_page(alice_browser, query):
    response = alice_browser.get("/", query)
    assert response.status_code == 400
    assert response.templates[0].name == "error.html"


def test_the_pages_show_every_object_once_and_keep_the_filter(alice, alice_browser, monkeypatch):
    monkeypatch.setattr(objects, "ROWS", 2)
    for number in range(5):
        make_object(alice, f"part-{number}")
    make_object(alice, "other")
    first = alice_browser.get("/", {"search": "part"})
    second = alice_browser.get(f"/?{first.context['next_page']}")
    third = alice_browser.get(f"/?{second.context['next_page']}")
    assert names(first) + names(second) + names(third) == ["part-4", "part-3", "part-2", "part-1", "part-0"]
    assert third.context["next_page"] == ""


def test_a_page_begins_after_an_object_that_was_deleted_meanwhile(alice, alice_browser):
    make_object(alice, "old.txt")
    deleted = make_object(alice, "new.txt", state=State.DELETED)
    assert names(alice_browser.get("/", {"after": deleted.pk})) == ["old.txt"]


def test_kind_visibility_and_day_of_creation_choose(alice, alice_browser):
    make_object(alice, "picture", content_type="image/png", is_public=True)
    text = make_object(alice, "text")
    day = text.created_at.date().isoformat()
    assert names(alice_browser.get("/", {"kind": "image"})) == ["picture"]
    assert names(alice_browser.get("/", {"visibility": "public"})) == ["picture"]
    assert names(alice_browser.get("/", {"visibility": "private"})) == ["text"]
    assert names(alice_browser.get("/", {"created_from": day, "created_to": day})) == ["text", "picture"]
    assert names(alice_browser.get("/", {"created_to": "2020-01-01"})) == []


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("oldest", ["b", "C", "a"]),
        ("name", ["a", "b", "C"]),
        ("name-desc", ["C", "b", "a"]),
        ("largest", ["C", "a", "b"]),
    ],
)
def test_the_list_is_sorted_as_asked_and_its_pages_go_on_so(alice, alice_browser, monkeypatch, order, found):
    monkeypatch.setattr(objects, "ROWS", 2)
    for name, size in (("b", 1), ("C", 3), ("a", 2)):
        make_object(alice, name, content=b"x" * size)
    first = alice_browser.get("/", {"order": order})
    assert names(first) + names(alice_browser.get(f"/?{first.context['next_page']}")) == found


def test_a_heading_turns_the_order_round_and_says_which_it_is(alice, alice_browser):
    make_object(alice)
    columns = alice_browser.get("/", {"order": "name", "search": "no"}).context["columns"]
    assert columns["name"] == {"query": "order=name-desc&search=no", "sorted": "ascending"}
    assert columns["size"] == {"query": "order=largest&search=no", "sorted": ""}


def test_deleted_objects_stay_in_the_order_of_creation(alice, alice_browser):
    for name in ("b", "a"):
        make_object(alice, name, state=State.DELETED)
    response = alice_browser.get("/", {"state": "DELETED", "order": "name-desc"})
    assert names(response) == ["a", "b"]
    assert response.context["columns"]["name"]["query"] == ""


@pytest.mark.parametrize(("state", "refreshes"), [(State.UPLOADING, True), (State.READ_ONLY, False)])
def test_the_list_refreshes_itself_only_while_something_is_uploaded(alice, alice_browser, state, refreshes):
    make_object(alice, state=state)
    assert ("every 3s" in text_of(alice_browser.get("/"))) is refreshes


def test_fifty_rows_take_less_than_sixty_kilobytes(alice, alice_browser):
    for number in range(50):
        make_object(alice, f"an object of some length {number}.txt", time_to_live=timedelta(days=9))
    assert len(alice_browser.get("/").content) < 60_000


def test_an_empty_account_is_told_the_call_that_fills_it(alice_browser, settings):
    settings.PUBLIC_BASE_URL = "https://files.example.com"
    assert "curl https://files.example.com/v1/objects" in text_of(alice_browser.get("/"))


def test_a_search_without_a_match_says_so(alice, alice_browser):
    make_object(alice)
    page = text_of(alice_browser.get("/", {"search": "nothing like it"}))
    assert "No object matches" in page
    assert "curl" not in page


def test_the_list_costs_four_queries_however_long_it_is(alice, alice_browser, django_assert_num_queries):
    for number in range(5):
        make_object(alice, f"part-{number}")
    with django_assert_num_queries(4):  # the session, the user, the memberships, the page
        alice_browser.get("/")


def test_a_name_with_html_is_escaped(alice, alice_browser):
    make_object(alice, '<img src=x onerror="alert(1)">')
    page = text_of(alice_browser.get("/"))
    assert "<img" not in page
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in page


def test_a_viewer_gets_no_button_that_changes_anything(alice, viewer_browser):
    make_object(alice)
    page = text_of(viewer_browser.get("/"))
    assert 'data-can="download"' in page
    assert 'name="do" value="download"' in page
    assert 'name="do" value="publish"' not in page
    assert 'name="do" value="ask"' not in page


def test_a_deleted_object_has_no_buttons(alice, alice_browser):
    make_object(alice, state=State.DELETED)
    row = alice_browser.get("/", {"state": "DELETED"}).context["rows"][0]
    assert [row.can_change, row.can_download, row.can_delete] == [False, False, False]


def test_a_person_without_an_account_is_told_so(alice, alice_browser):
    alice.membership.delete()
    assert "You are not a member of any account" in text_of(alice_browser.get("/"))


def test_a_suspended_account_does_not_count(alice, alice_browser):
    make_object(alice, "notes.txt")
    accounts.suspend_account(alice.account, actor=OPERATOR)
    page = text_of(alice_browser.get("/"))
    assert "You are not a member of any account" in page
    assert "notes.txt" not in page


def test_the_switcher_shows_the_other_accounts_objects(alice, bob, alice_browser):
    make_object(bob, "from bob.txt")
    Membership.objects.create(account=bob.account, user=alice.user, role="viewer")
    assert names(alice_browser.get("/")) == []
    alice_browser.post("/accounts/choose", {"account": bob.account.pk})
    assert names(alice_browser.get("/")) == ["from bob.txt"]


def test_nobody_switches_to_an_account_of_strangers(alice, bob, alice_browser):
    assert alice_browser.post("/accounts/choose", {"account": bob.account.pk}).status_code == 404
    assert alice_browser.get("/").context["member"].account == alice.account


@pytest.mark.parametrize(("length", "status"), [(200, 200), (201, 400)])
def test_a_search_has_at_most_two_hundred_characters(alice_browser, length, status):
    assert alice_browser.get("/", {"search": "x" * length}).status_code == status
