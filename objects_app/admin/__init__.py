"""The operator's admin: one file per noun; importing them registers their pages."""

from objects_app.admin import accounts, audit, invitations, jobs, keys, objects, uploads, users

__all__ = ["accounts", "audit", "invitations", "jobs", "keys", "objects", "uploads", "users"]
