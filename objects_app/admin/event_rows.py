"""Audit events as the rows of the admin's pages, with the ways to the timelines of what stands in them."""

import json
from dataclasses import dataclass

from django.urls import reverse

from objects_app.access import Kind
from objects_app.models import AuditEvent
from objects_app.models.audit import WENT_WELL

PREFIXES = {"obj": "object", "key": "key", "acc": "account"}  # of ids


@dataclass(frozen=True)
class Row:
    event: AuditEvent

    @property
    def actor(self) -> str:
        return self.event.actor_label or self.event.actor_kind

    @property
    def actor_link(self) -> str:
        kind = {Kind.KEY.value: "key", Kind.PERSON.value: "person"}.get(self.event.actor_kind, "")
        return timeline(kind, self.event.actor_id)

    @property
    def target(self) -> str:
        return self.event.target_label or self.event.target_id

    @property
    def target_link(self) -> str:
        if self.event.target_type == "user":
            return timeline("person", self.event.target_id)
        return timeline(PREFIXES.get(self.event.target_id.partition("_")[0], ""), self.event.target_id)

    @property
    def account_link(self) -> str:
        return timeline("account", self.event.account_id)

    @property
    def address_link(self) -> str:
        return timeline("address", self.event.address or "")

    @property
    def went_well(self) -> bool:
        return self.event.result in WENT_WELL

    @property
    def details(self) -> str:
        return json.dumps(self.event.details, indent=2, sort_keys=True, ensure_ascii=False)


def timeline(kind: str, target_id: str) -> str:
    """Empty where there is nothing to show one of; an id with a slash is nobody's."""
    if not (kind and target_id) or "/" in target_id:
        return ""
    return reverse("admin:access_timeline", kwargs={"kind": kind, "target_id": target_id})
