"""What operators do in the admin, as their browsers send it."""

NOUNS = [
    "account",
    "apikey",
    "auditevent",
    "invitation",
    "jobrun",
    "membership",
    "openupload",
    "storedobject",
    "user",
]
REASON = "asked for by the customer"


def choose(browser, noun: str, action: str, *rows, **more):
    """Choose rows in a list and an action: the page that asks for the reason."""
    selected = [row.pk for row in rows]
    return browser.post(f"/admin/objects_app/{noun}/", {"action": action, "_selected_action": selected, **more})


def act(browser, noun: str, action: str, *rows, reason: str = REASON):
    """What the page that asks for the reason sends."""
    return choose(browser, noun, action, *rows, confirmed="yes", reason=reason)


def outcomes(response) -> list[tuple[str, str]]:
    return [(outcome.row.pk, outcome.words) for outcome in response.context["outcomes"]]


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def shown(response) -> list[str]:
    return [row.pk for row in response.context["cl"].result_list]
