"""Figures for Prometheus, out of the database, so that any web process may be asked."""

from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from objects_app import errors
from objects_app.lifecycle import figures

PLAIN = {"Content-Type": "text/plain"}
CHALLENGE = {"WWW-Authenticate": "Bearer"} | PLAIN
GAUGES = {
    "open_uploads": "Objects in state UPLOADING.",
    "stale_uploads": "Uploads that the next sweep expires.",
    "due_objects": "Objects past their time to live that have no tombstone yet.",
    "bytes_to_purge": "Deleted or failed objects whose bytes are not freed yet.",
    "oldest_upload_seconds": "Time since the last activity of the upload that was left alone the longest.",
}
COUNTERS = {
    "runs": "Runs of the job that ended.",
    "failures": "Runs of the job that met or found trouble.",
    "rows": "Rows that the job handled: uploads swept, objects verified, and so on.",
    "bytes": "Bytes that the job freed, or read to verify them.",
}


class Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        backlog = figures.backlog()
        for name, meaning in GAUGES.items():
            yield GaugeMetricFamily(f"holdall_{name}", meaning, value=getattr(backlog, name))
        jobs = figures.jobs()
        for name, meaning in COUNTERS.items():
            counter = CounterMetricFamily(f"holdall_job_{name}", meaning, labels=["job"])
            for each in jobs:
                counter.add_metric([each.job.name], getattr(each.job, name))
            yield counter
        age = GaugeMetricFamily("holdall_job_age_seconds", "Time since the last run without trouble.", labels=["job"])
        for each in jobs:
            if each.age_seconds is not None:
                age.add_metric([each.job.name], each.age_seconds)
        yield age


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("Send the METRICS_TOKEN as a bearer token.\n", status=401, headers=CHALLENGE)
    registry = CollectorRegistry(auto_describe=False)
    try:
        registry.register(Figures())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except Error as failure:
        error = errors.named(failure)
        if error is None:
            raise
        return HttpResponse(f"{error.message}\n", status=error.status, headers=dict(error.headers) | PLAIN)
