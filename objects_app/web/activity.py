"""Activity: what happened in the account, filtered, page by page, and to take away as CSV or NDJSON."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify

from objects_app import trail
from objects_app.errors import BadRequest
from objects_app.event_files import LAYOUTS, written
from objects_app.operations import activity
from objects_app.trail import Wanted
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page
from objects_app.web.wording import choices, line_of

ROWS = 50
LARGEST_ID = 2**63 - 1
AGES = {
    "1h": ("1 hour", timedelta(hours=1)),
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}
RESULTS = [("", "Any result"), ("ok", "Succeeded"), ("refused", "Refused or failed")]


ACTS_AT_ONCE = {"data-submit-on-change": True}


class FilterForm(forms.Form):
    age = forms.ChoiceField(required=False, choices=[("", "All"), *((key, words) for key, (words, _) in AGES.items())])
    action = forms.ChoiceField(required=False, choices=choices, widget=forms.Select(attrs=ACTS_AT_ONCE))
    actor = forms.CharField(required=False, max_length=200)
    object = forms.CharField(required=False, max_length=60)
    result = forms.ChoiceField(required=False, choices=RESULTS, widget=forms.Select(attrs=ACTS_AT_ONCE))
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)

    def wanted(self) -> Wanted:
        chosen = self.cleaned_data
        return Wanted(
            age=AGES[chosen["age"]][1] if chosen["age"] else None,
            action=chosen["action"],
            actor=chosen["actor"],
            target_id=chosen["object"],
            succeeded=chosen["result"] == "ok" if chosen["result"] else None,
        )

    def filters(self) -> dict[str, str]:
        """Those that are set, without the place in the list."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "before"}


@only("GET")
@for_members
def list_events(request: HttpRequest, member: Member) -> HttpResponse:
    form = _filled(request)
    before = form.cleaned_data["before"]
    page = trail.page(member.actor, form.wanted(), before=before, limit=ROWS)
    context = {
        "form": form,
        "lines": [line_of(event) for event in page.events],
        "page": page,
        "pills": _pills(request, form),
        "is_filtered": bool(form.filters()),
        "is_first": before is None,
        "filters": _query(request),
        "newest": _query(request),
        "older": _query(request, before=str(page.before)) if page.before else "",
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "activity/list.html", context)


@only("POST")
@for_members
def export(request: HttpRequest, member: Member) -> StreamingHttpResponse:
    """The filters stand in the address, as those of the list do."""
    form = _filled(request)
    layout = request.POST.get("format", "")
    if layout not in LAYOUTS:
        raise BadRequest("An export is either csv or ndjson.")
    activity.record_export(actor=member.actor, layout=layout, filters=form.filters())
    chunks = trail.every(member.actor, form.wanted())
    name = f"activity-{slugify(member.account.name) or member.account.pk}-{timezone.now():%Y-%m-%d}.{layout}"
    return StreamingHttpResponse(
        written(chunks, layout=layout),
        content_type=LAYOUTS[layout],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _filled(request: HttpRequest) -> FilterForm:
    form = FilterForm(request.GET)
    if not form.is_valid():
        raise BadRequest("The address of this list asks for something that does not exist.")
    return form


def _pills(request: HttpRequest, form: FilterForm) -> list[dict[str, object]]:
    chosen = form.cleaned_data["age"]
    ages = [*((key, words) for key, (words, _) in AGES.items()), ("", "All")]
    return [{"label": words, "query": _query(request, age=key), "is_here": key == chosen} for key, words in ages]


def _query(request: HttpRequest, **changed: str) -> str:
    """The filters of this list, changed; from its beginning, where nothing else is said."""
    chosen = {name: value for name, value in request.GET.items() if name in FilterForm.base_fields and name != "before"}
    return urlencode({name: value for name, value in (chosen | changed).items() if value})
