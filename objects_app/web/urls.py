"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from objects_app.web import accounts, appearance, docs, health, metrics, object_changes, object_page, objects, uploads
from objects_app.web.sign_in import SignInView

urlpatterns = [
    path("", objects.list_objects, name="objects"),
    path("objects/change", object_changes.change_several, name="change_objects"),
    path("objects/delete", object_changes.delete_several, name="delete_objects"),
    path("objects/<slug:object_id>/", object_page.show_object, name="object"),
    path("objects/<slug:object_id>/publish", object_changes.publish, name="publish_object"),
    path("objects/<slug:object_id>/unpublish", object_changes.unpublish, name="unpublish_object"),
    path("objects/<slug:object_id>/download", object_changes.download, name="download_object"),
    path("objects/<slug:object_id>/delete", object_changes.delete, name="delete_object"),
    path("upload/", uploads.upload, name="upload"),
    path("uploads/", uploads.list_uploads, name="uploads"),
    path("uploads/create", uploads.create, name="create_upload"),
    path("uploads/<slug:object_id>/complete", uploads.complete, name="complete_upload"),
    path("uploads/<slug:object_id>/cancel", uploads.cancel, name="cancel_upload"),
    path("accounts/login/", SignInView.as_view(), name="sign_in"),
    path("accounts/logout/", LogoutView.as_view(), name="sign_out"),
    path("accounts/choose", accounts.choose_account, name="choose_account"),
    path("settings/appearance", appearance.appearance, name="appearance"),
    path("docs/", docs.swagger, name="docs"),
    path("docs/openapi.yaml", docs.openapi, name="openapi"),
    path("favicon.ico", require_safe(RedirectView.as_view(url=static("img/icon.svg")))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
