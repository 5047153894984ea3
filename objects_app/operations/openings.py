"""Opening an account with its first key and, at the first start, with the person who owns it and runs the server."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from objects_app.access import Actor
from objects_app.models import ApiKey, Membership, Role, User
from objects_app.operations.accounts import create_account
from objects_app.operations.keys import create_key

FIRST_ACCOUNT = "default"
ADMIN_EMAIL = "admin@example.com"


@dataclass(frozen=True)
class Credentials:
    """Kept nowhere in clear: whoever gets them shows them once."""

    email: str
    password: str
    key: str


def open_account(name: str, *, actor: Actor) -> tuple[ApiKey, str]:
    """Return the account's first key and its secret."""
    with transaction.atomic():
        account = create_account(name, actor=actor)
        return create_key(account, name="first key", actor=actor)


def open_first_account(*, actor: Actor) -> Credentials | None:
    """All or nothing, so that a start that dies half-way leads to another first start. None where there are users."""
    password = secrets.token_urlsafe(18)
    with transaction.atomic():
        if User.objects.exists():
            return None
        key, secret = open_account(FIRST_ACCOUNT, actor=actor)
        user = User.objects.create_superuser(ADMIN_EMAIL, password)
        Membership.objects.create(account=key.account, user=user, role=Role.OWNER)
    return Credentials(user.email, password, secret)
