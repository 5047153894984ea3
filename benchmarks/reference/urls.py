"""The same calls three times, under the name of the variant that answers them."""

from django.urls import path

from benchmarks.reference import dj, drf, fast

urlpatterns = [
    path("fast/<account>/objects", fast.collection),
    path("fast/<account>/objects/<pk>", fast.item),
    path("fast/<account>/objects/<pk>/complete", fast.complete),
    path("fast/<account>/objects/<pk>/download", fast.download),
    path("dj/<account>/objects", dj.collection),
    path("dj/<account>/objects/<pk>", dj.item),
    path("dj/<account>/objects/<pk>/complete", dj.complete),
    path("dj/<account>/objects/<pk>/download", dj.download),
    path("drf/objects", drf.Collection.as_view()),
    path("drf/objects/<pk>", drf.One.as_view()),
    path("drf/objects/<pk>/complete", drf.Complete.as_view()),
    path("drf/objects/<pk>/download", drf.Download.as_view()),
]
