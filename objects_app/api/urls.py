"""The addresses of the API. None ends in a slash, because no client follows a redirect on POST."""

from django.urls import path

from objects_app.api.metadata import MetadataViewSet
from objects_app.api.objects import ObjectViewSet

list_public = ObjectViewSet.as_view({"get": "list_public"})
one = ObjectViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
download = ObjectViewSet.as_view({"get": "issue_download_url", "post": "issue_download_url"})

urlpatterns = [
    path("objects", ObjectViewSet.as_view({"get": "list", "post": "create"})),
    path("objects/public", list_public),
    path("objects/list_public", list_public),
    path("objects/metadata/keys", MetadataViewSet.as_view({"get": "keys"})),
    path("objects/metadata/keys/<path:key>/values", MetadataViewSet.as_view({"get": "values"})),
    path("objects/<str:pk>", one),
    path("objects/<str:pk>/complete", ObjectViewSet.as_view({"post": "complete"})),
    path("objects/<str:pk>/upload_url", ObjectViewSet.as_view({"post": "renew_upload_url"})),
    path("objects/<str:pk>/download", download),
    path("objects/<str:pk>/access", ObjectViewSet.as_view({"get": "access"})),
    path("objects/<str:pk>/delete", ObjectViewSet.as_view({"post": "destroy"})),
]
