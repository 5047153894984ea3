"""Which pages of the admin are measured: every list with each of its filters, every timeline, and the others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import psycopg

Pages = dict[str, str]  # addresses by what the table calls them
Filters = dict[str, dict[str, str]]
KNOWN = """
    SELECT
        (SELECT id FROM objects_app_account WHERE name = 'customer 1'),
        (SELECT id FROM objects_app_apikey WHERE name = 'key 7'),
        (SELECT id FROM objects_app_storedobject WHERE name = 'build-4.tar.gz'),
        (SELECT id FROM objects_app_storedobject ORDER BY id OFFSET (SELECT COUNT(*) / 2 FROM objects_app_storedobject)
            LIMIT 1),
        id, at, target_id
    FROM objects_app_auditevent WHERE id = (SELECT MAX(id) / 4 FROM objects_app_auditevent)
"""
ANYWHERE = {"person": "18", "address": "10.0.0.7"}


@dataclass(frozen=True)
class Known:
    """Rows that were seeded: the large account, a key, the object with most events, and what lies far back."""

    account: str
    key: str
    popular: str
    old: str
    event: int
    event_at: datetime
    target: str


def known(url: str) -> Known:
    with psycopg.connect(url) as database:
        return Known(*database.execute(KNOWN).fetchone() or ())


def addresses(rows: Known) -> Pages:
    of_account = {"account": {"account__id__exact": rows.account}}
    return {
        "First page, made anew": "",
        "First page": "",
        **_of_list("Accounts", "account", ACCOUNTS),
        **_of_list("Users", "user", USERS),
        **_of_list("Members", "membership", of_account | MEMBERS),
        **_of_list("Objects", "storedobject", of_account | _object_filters(rows)),
        **_of_list("Uploads", "openupload", of_account | UPLOADS),
        **_of_list("API keys", "apikey", of_account | KEYS | {"exact id": {"q": rows.key}}),
        "An account": f"objects_app/account/{rows.account}/change/",
        "An object": f"objects_app/storedobject/{rows.popular}/change/",
        "An API key": f"objects_app/apikey/{rows.key}/change/",
        **_of_list("Audit events", "auditevent", EVENTS | _event_filters(rows)),
        **_timelines({"object": rows.popular, "key": rows.key, "account": rows.account, **ANYWHERE}),
        "Jobs": "jobs/",
        "Runs of jobs": "objects_app/jobrun/",
        "Exports": "exports/",
        "Settings": "settings/",
    }


ACCOUNTS: Filters = {"suspended": {"standing": "suspended"}, "beginning of a name": {"q": "customer 77"}}
USERS: Filters = {"staff": {"rights": "staff"}, "beginning of an address": {"q": "person77"}}
MEMBERS: Filters = {"owners": {"role": "owner"}, "viewers": {"role": "viewer"}, "beginning": {"q": "person77"}}
UPLOADS: Filters = {"part of a name": {"q": "build-1"}, "part of no name": {"q": "nowhere"}}
KEYS: Filters = {
    **{word: {"life": word} for word in ("live", "stale", "expiring", "expired", "revoked")},
    "beginning of a name": {"q": "key 77"},
    "last four": {"q": "0077"},
}
EVENTS: Filters = {
    "made public this week": {"action": "object.published", "age": "7d"},
    "refused": {"result": "refused"},
    "staff actions": {"via": "admin"},
    "anomalies": {"action": "anomaly"},
    "downloads": {"action": "object.content_downloaded"},
    "a group of actions": {"action": "object"},
    "an action that never was": {"action": "account.suspended"},
    "succeeded": {"result": "ok"},
    "via a public page": {"via": "public_page"},
    "via a signed URL": {"via": "signed_url"},
    **{f"within {age}": {"age": age} for age in ("24h", "7d", "30d")},
    "part of an actor": {"actor": "person77"},
    "part of no actor": {"actor": "nobody"},
    "address": {"address": ANYWHERE["address"]},
}


def _object_filters(rows: Known) -> Filters:
    return {
        **{state: {"state": state} for state in ("UPLOADING", "READ_ONLY", "ERROR", "DELETED")},
        **{word: {"visibility": word} for word in ("public", "private")},
        **{f"size {word}": {"size": word} for word in ("empty", "1m", "100m", "1g")},
        "days": {"created_at_from": f"{rows.event_at:%Y-%m-%d}", "created_at_to": f"{rows.event_at:%Y-%m-%d}"},
        "account, state and size": {"account__id__exact": rows.account, "state": "READ_ONLY", "size": "1g"},
        "exact id": {"q": rows.old},
        "id of an account": {"q": rows.account},
        "part of a name": {"q": "build-12"},
        "part of a rare name": {"q": "needle"},
        "part of no name": {"q": "nowhere"},
        "far back": {"before": rows.old},
    }


def _event_filters(rows: Known) -> Filters:
    request, hour = {"request": f"request-{rows.event}"}, timedelta(hours=1)
    around = {"since": _moment(rows.event_at - hour), "until": _moment(rows.event_at + hour)}
    return {
        "actor": {"actor_id": rows.key},
        "target": {"target": rows.popular},
        "rare target": {"target": rows.target},
        "account": {"account": rows.account},
        "account and downloads": {"account": rows.account, "action": "object.content_downloaded"},
        "account and refused": {"account": rows.account, "result": "refused"},
        "target and refused": {"target": rows.popular, "result": "refused"},
        "target and an action that never was": {"target": rows.popular, "action": "account.suspended"},
        "request id": request,
        "request id with its hours": request | around,
        "hours": around,
        "far back": {"before": str(rows.event)},
        "far back, refused": {"before": str(rows.event), "result": "refused"},
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"


def _of_list(label: str, noun: str, filters: Filters) -> Pages:
    address = f"objects_app/{noun}/"
    return {label: address} | {f"{label}: {words}": f"{address}?{urlencode(query)}" for words, query in filters.items()}


def _timelines(targets: dict[str, str]) -> Pages:
    pages = {f"Timeline of {kind}": f"timeline/{kind}/{target}/" for kind, target in targets.items()}
    return pages | {f"{name}, everything": f"{address}?show=everything" for name, address in pages.items()}
