"""The first page: figures, charts by day, anomalies, jobs, and whether the audit trail is what was sealed."""

from typing import Any

from django.http import HttpRequest

from objects_app.admin.base import staff_actor
from objects_app.admin.event_rows import Row
from objects_app.lifecycle import overview
from objects_app.lifecycle.overview import Series

HEIGHT, STEP, BAR = 60, 20, 14  # of a chart, from bar to bar, and of a bar


def context_of(request: HttpRequest) -> dict[str, Any]:
    actor = staff_actor(request)
    return {
        "overview": overview.overview(),
        "charts": [_chart_of(series) for series in overview.overview().series],
        "anomalies": [Row(event) for event in overview.anomalies(actor=actor)],
        "may_run": actor.operates,
    }


def _chart_of(series: Series) -> dict[str, Any]:
    most = max(number.value for _, number in series.days) or 1
    bars = [
        {"x": place * STEP, "y": HEIGHT - height, "height": height, "day": day, "number": number}
        for place, (day, number) in enumerate(series.days)
        for height in [max(round(HEIGHT * number.value / most), 1 if number.value else 0)]
    ]
    return {"name": series.name, "bars": bars, "width": STEP * len(bars), "height": HEIGHT, "bar": BAR, "most": most}
