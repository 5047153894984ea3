"""The addresses of the pages."""

from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from objects_app.web import (
    accounts,
    activity,
    appearance,
    docs,
    health,
    invitations,
    keys,
    members_page,
    metrics,
    object_changes,
    object_page,
    object_readers,
    objects,
    public,
    settings_pages,
    single_sign_on,
    uploads,
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
    path("objects/<slug:object_id>/", object_page.show_object, name="object"),
    path("objects/<slug:object_id>/metadata", object_page.change_metadata, name="change_metadata"),
    path("objects/<slug:object_id>/lifetime", object_page.change_lifetime, name="change_lifetime"),
    path("public/", public.list_public, name="public"),
    path("public/<slug:object_id>/download", public.download_public, name="download_public"),
    path("o/<slug:object_id>", public.show_page, name="public_page"),
    path("o/<slug:object_id>/download", public.download_from_page, name="download_from_page"),
    path("keys/", keys.list_keys, name="keys"),
    path("keys/new", keys.create, name="create_key"),
    path("keys/<slug:key_id>/rotate", keys.rotate, name="rotate_key"),
    path("keys/<slug:key_id>/revoke", keys.revoke, name="revoke_key"),
    path("activity/", activity.list_events, name="activity"),
    path("activity/export", activity.export, name="export_activity"),
    path("objects/change", object_changes.change_several, name="change_objects"),
    path("objects/delete", object_changes.delete_several, name="delete_objects"),
    path("objects/<slug:object_id>/readers", object_readers.show_readers, name="object_readers"),
    path("objects/<slug:object_id>/publish", object_changes.publish, name="publish_object"),
    path("objects/<slug:object_id>/unpublish", object_changes.unpublish, name="unpublish_object"),
    path("objects/<slug:object_id>/download", object_changes.download, name="download_object"),
    path("objects/<slug:object_id>/delete", object_changes.delete, name="delete_object"),
    path("upload/", uploads.upload, name="upload"),
    path("uploads/", uploads.list_uploads, name="uploads"),
    path("uploads/create", uploads.create, name="create_upload"),
    path("uploads/<slug:object_id>/complete", uploads.complete, name="complete_upload"),
    path("uploads/<slug:object_id>/cancel", uploads.cancel, name="cancel_upload"),
    path("accounts/choose", accounts.choose_account, name="choose_account"),
    *CLOSED,
    path("accounts/oidc/<str:provider_id>/login/", single_sign_on.begin),
    path("accounts/reauthenticate/provider/", single_sign_on.confirm, name="confirm_at_provider"),
    path("accounts/2fa/", require_safe(RedirectView.as_view(pattern_name="settings"))),  # which has all that is there
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
    path("docs/errors/", docs.error_catalogue, name="docs_errors"),
    path("docs/sdk/", docs.sdk, name="docs_sdk"),
    path("docs/openapi.yaml", docs.openapi, name="openapi"),
    path("favicon.ico", require_safe(RedirectView.as_view(url=static("img/icon.svg")))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
