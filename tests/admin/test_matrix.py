"""Who may do what in the admin: every address by method and who asks, and every action by who asks.

An address or an action that has no line here fails.
"""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern

from objects_app.admin.base import StaffAdmin
from objects_app.models import AuditEvent, JobRun, State, StoredObject
from objects_app.operations import members
from tests.admin.acting import NOUNS, REASON
from tests.factories import OPERATOR, make_object, make_staff

STAFF = ["auditor", "operator", "superuser"]
ALL, NOBODY, SUPERUSERS = (200, 200, 200), (403, 403, 403), (403, 403, 200)
GONE, ON, NEVER = (404, 404, 404), (302, 302, 302), (405, 405, 405)
ACT, BAD = (403, 200, 200), (400, 400, 400)
# By the name of the address, or its route where it has none: what GET and POST answer to auditors, operators and
# superusers. Everybody else is sent to sign in.
ANSWERS = {
    "index": (ALL, ALL),
    "login": (ON, ON),
    "logout": (NEVER, ON),
    "password_change": (ON, ON),
    "password_change_done": (ON, ON),
    "autocomplete": (NOBODY, NEVER),
    "search": (GONE, GONE),
    "jsi18n": (ALL, NEVER),
    "view_on_site": (GONE, GONE),
    "app_list": (ALL, ALL),
    "(?P<url>.*)$": (GONE, GONE),
    "settings": (ALL, NEVER),
    "access_timeline": (ALL, NEVER),
    "jobs": (ALL, NEVER),
    "run_job": (NEVER, (403, 302, 302)),
    "try_job": (NEVER, ALL),
    "exports": (ALL, NEVER),
    "export_events": (NEVER, BAD),
    "download_export": (NEVER, GONE),
    "objects_app_storedobject_download": (NOBODY, ON),
    "auth_user_password_change": (SUPERUSERS, SUPERUSERS),
}
for noun in NOUNS:
    ANSWERS |= {
        f"objects_app_{noun}_changelist": (ALL, ACT),
        f"objects_app_{noun}_add": (NOBODY, NOBODY),
        f"objects_app_{noun}_change": (ALL, NOBODY),
        f"objects_app_{noun}_delete": (NOBODY, NOBODY),
        f"objects_app_{noun}_history": (ON, ON),
        f"objects_app/{noun}/<path:object_id>/": (ON, ON),
    }
for noun in ("membership", "user"):
    ANSWERS[f"objects_app_{noun}_add"] = (SUPERUSERS, SUPERUSERS)
    ANSWERS[f"objects_app_{noun}_change"] = (ALL, SUPERUSERS)
ANSWERS["objects_app_auditevent_changelist"] = (ALL, NOBODY)
ANSWERS["objects_app_membership_delete"] = (SUPERUSERS, SUPERUSERS)
ACTIONS = {
    ("account", "suspend"),
    ("account", "resume"),
    ("apikey", "revoke"),
    ("invitation", "revoke"),
    ("openupload", "delete"),
    ("storedobject", "make_public"),
    ("storedobject", "make_private"),
    ("storedobject", "verify"),
    ("storedobject", "delete"),
}


def routes(patterns=None, before: str = "") -> Iterator[tuple[str, str]]:
    """The name of each address of the admin, and its route."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name or route, route
        else:
            yield from routes(pattern.url_patterns, route)


@pytest.fixture
def rows(alice) -> dict[str, str]:
    """The key of a row of each noun."""
    stored_object, upload = make_object(alice), make_object(alice, state=State.UPLOADING)
    invitation, _ = members.invite(alice.account, email="new@example.com", role="viewer", actor=OPERATOR)
    return {
        "account": alice.account.pk,
        "apikey": alice.key.pk,
        "auditevent": AuditEvent.objects.first().pk,
        "invitation": invitation.pk,
        "jobrun": JobRun.objects.create(job="purge_bytes", started_by="beat").pk,
        "membership": alice.membership.pk,
        "openupload": upload.pk,
        "storedobject": stored_object.pk,
        "user": alice.user.pk,
    }


def address(route: str, rows: dict[str, str]) -> str:
    noun = route.split("/")[1] if route.startswith("objects_app/") else ""
    for part in ("<path:object_id>", "<id>"):
        route = route.replace(part, str(rows.get(noun, "1")))
    route = route.replace("<str:kind>/<str:target_id>", "object/obj_x").replace("<str:job>", "purge_bytes")
    route = route.replace("<int:run_id>", "1")
    route = route.replace("<path:content_type_id>", "1").replace("^(?P<app_label>objects_app)/$", "objects_app/")
    return "/admin/" + route.replace("(?P<url>.*)$", "nowhere")


def browser_of(who: str, alice) -> Client:
    browser = Client()
    if who in STAFF:
        browser.force_login(make_staff(who))
    elif who == "member":
        browser.force_login(alice.user)
    return browser


def test_every_address_and_every_action_has_a_line():
    assert {name for name, _ in routes()} == set(ANSWERS)
    pages = [page for page in admin.site._registry.values() if isinstance(page, StaffAdmin)]
    assert len(pages) == len(admin.site._registry)
    assert {(page.opts.model_name, action.name) for page in pages for action in page.actions or ()} == ACTIONS


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", STAFF)
def test_what_staff_get(alice, rows, role, method):
    browser, column, found = browser_of(role, alice), ["get", "post"].index(method), {}
    for name, route in routes():
        found[name] = getattr(browser, method)(address(route, rows)).status_code
        if name == "logout" and method == "post":
            browser.force_login(alice.user.__class__.objects.get(email=f"{role}@example.com"))
    assert found == {name: answers[column][STAFF.index(role)] for name, answers in ANSWERS.items()}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["nobody", "member"])
def test_everybody_else_is_sent_to_sign_in(alice, rows, who, method):
    browser, before = browser_of(who, alice), list(StoredObject.objects.values())
    for name, route in routes():
        response = getattr(browser, method)(address(route, rows))
        refused = 403 if (who, name) == ("member", "login") else 302
        assert response.status_code == refused, (name, response.status_code)
        assert refused == 403 or response["Location"].startswith(("/admin/login/", "/accounts/login/", "/admin/")), name
    assert list(StoredObject.objects.values()) == before


@pytest.mark.parametrize("noun_and_action", sorted(ACTIONS), ids=" ".join)
@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 302), ("member", 302), ("auditor", 403), ("operator", 200), ("superuser", 200)]
)
def test_who_carries_out_actions(alice, rows, who, status, noun_and_action):
    noun, action = noun_and_action
    browser = browser_of(who, alice)
    changes = AuditEvent.objects.filter(details__reason=REASON)
    form = {"action": action, "_selected_action": rows[noun], "confirmed": "yes", "reason": REASON}
    response = browser.post(f"/admin/objects_app/{noun}/", form)
    assert response.status_code == status
    if status != 200:
        assert not changes.exists()
    elif action not in {"make_private", "resume"}:  # there is nothing to change in these rows
        assert changes.exists()
