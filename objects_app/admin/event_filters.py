"""What staff may ask of the audit trail: the filters of its page, which its exports and views share."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from objects_app.access import Via
from objects_app.audit import AuditAction
from objects_app.trail import Wanted

LARGEST_ID = 2**63 - 1
AGES = {
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}
VIEWS = {  # by their names, as the filters that they stand for
    "All events": {},
    "Made public this week": {"action": AuditAction.OBJECT_PUBLISHED.value, "age": "7d"},
    "Refused": {"result": "refused"},
    "Staff actions": {"via": Via.ADMIN.value},
    "Anomalies": {"action": "anomaly"},
    "Downloads": {"action": AuditAction.CONTENT_DOWNLOADED.value},
}


def _actions() -> list[Any]:
    """Every action in groups by what it is about; each group may be chosen as a whole."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in AuditAction:
        group = action.partition(".")[0]
        groups.setdefault(group, [(group, f"{group}.*")]).append((action.value, action.value))
    return [("", "Any"), *sorted(groups.items())]


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(required=False, label=label, widget=widget)


def _text(label: str, length: int) -> forms.CharField:
    return forms.CharField(required=False, label=label, max_length=length)


class EventFilters(forms.Form):
    action = forms.ChoiceField(required=False, choices=_actions)
    result = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("ok", "Succeeded"), ("refused", "Refused or failed")]
    )
    via = forms.ChoiceField(required=False, choices=[("", "Any"), *((via, via) for via in Via)])
    age = forms.ChoiceField(
        required=False, label="Within", choices=[("", "Any time"), *((key, words) for key, (words, _) in AGES.items())]
    )
    actor = _text("Actor", 200)
    actor_id = _text("Id of the actor", 60)
    target = _text("Id of the target", 60)
    account = _text("Id of the account", 40)
    address = forms.GenericIPAddressField(required=False, label="Address")
    request = _text("Request id", 200)
    since = _moment("Since (UTC)")
    until = _moment("Until (UTC)")
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        return wanted_of(self.cleaned_data)

    def filters(self) -> dict[str, str]:
        """Those that are set, as they were written; without the place in the list."""
        names = (name for name in self.fields if name != "before" and self.cleaned_data[name])
        return {name: self.data[name] for name in names}

    def shown(self) -> list[Any]:
        return [field for field in self if field.name != "before"]


def wanted_of(chosen: Mapping[str, Any]) -> Wanted:
    return Wanted(
        age=AGES[chosen["age"]][1] if chosen["age"] else None,
        since=chosen["since"],
        until=chosen["until"],
        account_id=chosen["account"],
        action=chosen["action"],
        actor=chosen["actor"],
        actor_id=chosen["actor_id"],
        via=chosen["via"],
        address=chosen["address"],
        request_id=chosen["request"],
        target_id=chosen["target"],
        succeeded=chosen["result"] == "ok" if chosen["result"] else None,
    )


def views(filters: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "query": urlencode(own), "is_here": own == dict(filters)} for name, own in VIEWS.items()]
