"""Signing in by e-mail address and password, with a brake on guessing."""

import hashlib
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError

from objects_app import shared

FAILURES_AT_MOST = 10
ATTEMPTS_OF_ADDRESS_AT_MOST = 50
ATTEMPTS_FORGOTTEN_AFTER = 10 * 60
WRONG = "The e-mail address or the password is not right."
WAIT = "Too many failed attempts. Wait ten minutes, then try again."


class SignInForm(AuthenticationForm):
    """Says the same of an unknown address, a wrong password and a person who was locked out."""

    username = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}  # noqa: RUF012  Django reads it from the class

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "")
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if email and _is_too_much(email, address=address):
            raise ValidationError(WAIT, code="wait")
        cleaned_data = super().clean()
        shared.forget(_counter(email, address=address))
        return cleaned_data


def _is_too_much(email: str, *, address: str) -> bool:
    """Guesses at one person, or at many from one network address, which no success of its own makes good."""
    at_person, from_address = _count(_counter(email, address=address)), _count(_counter("", address=address))
    return at_person > FAILURES_AT_MOST or from_address > ATTEMPTS_OF_ADDRESS_AT_MOST


def _counter(email: str, *, address: str) -> str:
    return "sign-in:" + hashlib.sha256(f"{address} {email.lower()}".encode()).hexdigest()


def _count(counter: str) -> int:
    """Each attempt counts before it is tried, so that many at once are no way around."""
    return shared.count(counter, seconds=ATTEMPTS_FORGOTTEN_AFTER)


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
