"""The operator's admin: one file per noun or page; importing them registers their pages."""

from objects_app.admin import (
    accounts,
    audit,
    exports,
    invitations,
    jobs,
    keys,
    objects,
    settings_page,
    timeline,
    uploads,
    users,
)

__all__ = [
    "accounts",
    "audit",
    "exports",
    "invitations",
    "jobs",
    "keys",
    "objects",
    "settings_page",
    "timeline",
    "uploads",
    "users",
]
