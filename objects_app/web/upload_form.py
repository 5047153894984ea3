"""What people say of the objects that they upload, by a form or by the page's script."""

import mimetypes
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from objects_app import metadata_rules
from objects_app.content_types import is_content_type
from objects_app.models import Account
from objects_app.operations.objects import NewObject
from objects_app.text import is_clean
from objects_app.web.lifetimes import chosen, lifetime_of, lifetimes_with

VISIBILITIES = {"private": "Private", "public": "Public"}
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Defaults:
    """What a form for uploads in an account begins with."""

    is_public: bool
    lifetime: str
    lifetimes: list[tuple[str, str]]

    @property
    def in_words(self) -> str:
        """Empty where they are what everybody expects."""
        visibility = "public" if self.is_public else ""
        kept = dict(self.lifetimes)[self.lifetime] if self.lifetime else ""
        return ", ".join(filter(None, [visibility, kept]))


def defaults_of(account: Account) -> Defaults:
    lifetime = account.default_lifetime
    return Defaults(account.default_is_public, chosen(lifetime), lifetimes_with(lifetime))


class UploadForm(forms.Form):
    """`name` and `content_type` are those of what was chosen, where nothing else is said."""

    name = forms.CharField(required=False, max_length=1024)
    content_type = forms.CharField(required=False, max_length=255)
    size = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    visibility = forms.ChoiceField(required=False, choices=list(VISIBILITIES.items()))
    metadata = forms.CharField(required=False, max_length=2 * metadata_rules.LARGEST, strip=False)

    def __init__(self, sent: QueryDict | None, *, account: Account) -> None:
        super().__init__(sent)
        self.fields["lifetime"] = forms.ChoiceField(required=False, choices=lifetimes_with(account.default_lifetime))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_clean(name):
            raise forms.ValidationError("A name must not contain control characters.")
        return name

    def clean_metadata(self) -> dict[str, str]:
        lines = [line.strip() for line in self.cleaned_data["metadata"].splitlines()]
        return parse_metadata([line for line in lines if line])

    def new_object(self, *, name: str = "", size: int | None = None) -> NewObject:
        """`name` and `size` are those of the content, where the form itself says nothing of them."""
        sent = self.cleaned_data
        name = sent["name"] or name
        return NewObject(
            name=name,
            content_type=_content_type(sent["content_type"], name),
            is_public=sent["visibility"] == "public",
            metadata=sent["metadata"],
            time_to_live=lifetime_of(sent["lifetime"]),
            declared_size=sent["size"] if size is None else size,
        )


def parse_metadata(lines: list[str]) -> dict[str, str]:
    """Each line is `key=value`."""
    pairs: dict[str, str] = {}
    for line in lines:
        key, equals, value = (part.strip() for part in line.partition("="))
        if not (key and equals):
            raise forms.ValidationError(f"“{line[:40]}” is not of the form key=value.")
        if key in pairs:
            raise forms.ValidationError(f"The key “{key[:40]}” is there twice.")
        pairs[key] = value
    if problem := metadata_rules.problem_of(pairs):
        raise forms.ValidationError(problem)
    return pairs


def _content_type(said: str, name: str) -> str:
    if said and is_content_type(said):
        return said
    guessed, encoding = mimetypes.guess_type(name)
    return "application/gzip" if encoding == "gzip" else guessed or UNKNOWN_TYPE


def problems(form: forms.Form) -> dict[str, list[str]]:
    found: dict[str, Any] = form.errors
    return {field: [str(problem) for problem in list_of] for field, list_of in found.items()}
