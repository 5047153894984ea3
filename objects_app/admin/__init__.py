"""The operator's admin: one file per noun or page; importing them registers their pages."""

from objects_app.admin import accounts, audit, exports, jobs, keys, objects, settings_page, timeline, users

__all__ = ["accounts", "audit", "exports", "jobs", "keys", "objects", "settings_page", "timeline", "users"]
