"""The application and its admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class ObjectsConfig(AppConfig):
    name = "objects_app"
    verbose_name = "Objects"

    def ready(self) -> None:
        # They register the admin's pages, the system checks, and who hears the signals of libraries.
        from objects_app import admin, checks  # noqa: F401, PLC0415
        from objects_app.web import receivers  # noqa: F401, PLC0415


class ObjectsAdminConfig(SimpleAdminConfig):
    """Without autodiscovery: its first step makes the site, whose package would register its pages at another site."""

    default_site = "objects_app.admin.site.ObjectsAdminSite"
