"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from objects_app.web import accounts, activity, appearance, docs, health, keys, metrics, objects
from objects_app.web.sign_in import SignInView

urlpatterns = [
    path("", objects.list_objects, name="objects"),
    path("objects/<slug:object_id>/publish", objects.publish, name="publish_object"),
    path("objects/<slug:object_id>/unpublish", objects.unpublish, name="unpublish_object"),
    path("objects/<slug:object_id>/download", objects.download, name="download_object"),
    path("objects/<slug:object_id>/delete", objects.delete, name="delete_object"),
    path("keys/", keys.list_keys, name="keys"),
    path("keys/new", keys.create, name="create_key"),
    path("keys/<slug:key_id>/rotate", keys.rotate, name="rotate_key"),
    path("keys/<slug:key_id>/revoke", keys.revoke, name="revoke_key"),
    path("activity/", activity.list_events, name="activity"),
    path("activity/export", activity.export, name="export_activity"),
    path("accounts/login/", SignInView.as_view(), name="sign_in"),
    path("accounts/logout/", LogoutView.as_view(), name="sign_out"),
    path("accounts/choose", accounts.choose_account, name="choose_account"),
    path("settings/appearance", appearance.appearance, name="appearance"),
    path("docs/", docs.swagger, name="docs"),
    path("docs/errors/", docs.error_catalogue, name="docs_errors"),
    path("docs/sdk/", docs.sdk, name="docs_sdk"),
    path("docs/openapi.yaml", docs.openapi, name="openapi"),
    path("favicon.ico", require_safe(RedirectView.as_view(url=static("img/icon.svg")))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
