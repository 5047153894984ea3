"""The operator's admin: one file per noun; importing them registers their pages."""

from objects_app.admin import accounts, audit, jobs, keys, objects, users

__all__ = ["accounts", "audit", "jobs", "keys", "objects", "users"]
