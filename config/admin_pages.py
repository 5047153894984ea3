"""How the operator's admin looks: Unfold's settings, in the colours of the pages."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _stylesheet(_request: Any) -> str:
    return static("css/admin.css")


def _list_of(noun: str, title: str, icon: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:objects_app_{noun}_changelist")}


NAVIGATION = [
    {"items": [{"title": "Overview", "icon": "dashboard", "link": reverse_lazy("admin:index")}]},
    {
        "title": "Accounts",
        "items": [
            _list_of("account", "Accounts", "domain"),
            _list_of("user", "Users", "person"),
            _list_of("membership", "Members", "group"),
            _list_of("invitation", "Invitations", "mail"),
        ],
    },
    {
        "title": "Objects",
        "items": [
            _list_of("storedobject", "Objects", "inventory_2"),
            _list_of("openupload", "Uploads in progress", "upload"),
            _list_of("apikey", "API keys", "key"),
        ],
    },
    {
        "title": "Audit",
        "items": [
            _list_of("auditevent", "Audit events", "history"),
            {"title": "Exports", "icon": "download", "link": reverse_lazy("admin:exports")},
            {"title": "Jobs", "icon": "schedule", "link": reverse_lazy("admin:jobs")},
            _list_of("jobrun", "Job runs", "update"),
            {"title": "Settings", "icon": "settings", "link": reverse_lazy("admin:settings")},
        ],
    },
]

UNFOLD = {
    "SITE_TITLE": "Holdall",
    "SITE_HEADER": "Holdall",
    "SITE_SUBHEADER": "Accounts, objects and who accessed what",
    "SITE_SYMBOL": "inventory_2",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "font": {"subtle-light": "var(--color-base-600)"},
        "base": {
            "50": "oklch(98.4% 0.003 258)",
            "100": "oklch(96.6% 0.004 258)",
            "200": "oklch(91.4% 0.006 258)",
            "300": "oklch(84% 0.01 258)",
            "400": "oklch(71% 0.014 258)",
            "500": "oklch(56% 0.016 258)",
            "600": "oklch(47% 0.018 258)",
            "700": "oklch(38% 0.018 258)",
            "800": "oklch(28.5% 0.014 258)",
            "900": "oklch(21.8% 0.012 258)",
            "950": "oklch(18.5% 0.011 258)",
        },
        "primary": {
            "50": "oklch(97.5% 0.012 263)",
            "100": "oklch(95.8% 0.018 263)",
            "200": "oklch(91% 0.04 263)",
            "300": "oklch(84% 0.08 263)",
            "400": "oklch(77% 0.115 263)",
            "500": "oklch(60% 0.16 263)",
            "600": "oklch(49% 0.175 263)",
            "700": "oklch(43% 0.175 263)",
            "800": "oklch(37% 0.15 263)",
            "900": "oklch(31% 0.12 263)",
            "950": "oklch(24% 0.08 263)",
        },
    },
    "BORDER_RADIUS": "8px",
    "STYLES": [_stylesheet],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
