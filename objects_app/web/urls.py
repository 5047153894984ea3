"""The addresses of the pages."""

from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from objects_app.web import (
    accounts,
    appearance,
    docs,
    health,
    invitations,
    members_page,
    metrics,
    objects,
    settings_pages,
    single_sign_on,
)
from objects_app.web.closed import closed

# What allauth offers and this server does not: one e-mail address is who a person is, and nobody signs up.
CLOSED = [
    path("accounts/signup/", closed),
    path("accounts/email/", closed),
    path("accounts/confirm-email/", closed),
    path("accounts/confirm-email/<str:key>/", closed),
    path("accounts/login/code/confirm/", closed),
    path("accounts/reauthenticate/code/", closed),
    path("accounts/reauthenticate/code/confirm/", closed),
    path("accounts/3rdparty/signup/", closed),
    path("accounts/sessions/", closed),
]

urlpatterns = [
    path("", objects.list_objects, name="objects"),
    path("objects/<slug:object_id>/publish", objects.publish, name="publish_object"),
    path("objects/<slug:object_id>/unpublish", objects.unpublish, name="unpublish_object"),
    path("objects/<slug:object_id>/download", objects.download, name="download_object"),
    path("objects/<slug:object_id>/delete", objects.delete, name="delete_object"),
    path("accounts/choose", accounts.choose_account, name="choose_account"),
    *CLOSED,
    path("accounts/oidc/<str:provider_id>/login/", single_sign_on.begin),
    path("accounts/", include("allauth.urls")),
    path("invitation", invitations.accept, name="invitation"),
    path("settings/", settings_pages.profile, name="settings"),
    path("settings/appearance", appearance.appearance, name="appearance"),
    path("settings/sessions/end", settings_pages.end_session, name="end_session"),
    path("settings/account", settings_pages.account_defaults, name="account_defaults"),
    path("settings/members/", members_page.list_members, name="members"),
    path("settings/members/invite", members_page.invite, name="invite_member"),
    path("settings/members/invitations/<slug:invitation_id>/revoke", members_page.revoke, name="revoke_invitation"),
    path("settings/members/<int:membership_id>/role", members_page.change_role, name="change_role"),
    path("settings/members/<int:membership_id>/remove", members_page.remove, name="remove_member"),
    path("docs/", docs.swagger, name="docs"),
    path("docs/openapi.yaml", docs.openapi, name="openapi"),
    path("favicon.ico", require_safe(RedirectView.as_view(url=static("img/icon.svg")))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
