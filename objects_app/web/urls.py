"""The addresses of the pages."""

from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from objects_app.web import accounts, appearance, docs, health, metrics, object_page, objects, public
from objects_app.web.sign_in import SignInView

urlpatterns = [
    path("", objects.list_objects, name="objects"),
    path("objects/<slug:object_id>/", object_page.show_object, name="object"),
    path("objects/<slug:object_id>/metadata", object_page.change_metadata, name="change_metadata"),
    path("objects/<slug:object_id>/lifetime", object_page.change_lifetime, name="change_lifetime"),
    path("objects/<slug:object_id>/publish", objects.publish, name="publish_object"),
    path("objects/<slug:object_id>/unpublish", objects.unpublish, name="unpublish_object"),
    path("objects/<slug:object_id>/download", objects.download, name="download_object"),
    path("objects/<slug:object_id>/delete", objects.delete, name="delete_object"),
    path("public/", public.list_public, name="public"),
    path("public/<slug:object_id>/download", public.download_public, name="download_public"),
    path("o/<slug:object_id>", public.show_page, name="public_page"),
    path("o/<slug:object_id>/download", public.download_from_page, name="download_from_page"),
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
