"""`manage.py reset_link EMAIL`: a link by which a person chooses a new password, where no mail can be sent."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from objects_app import access
from objects_app.management.base import OperatorCommand
from objects_app.models import User
from objects_app.operations import people


class Command(OperatorCommand):
    help = "Print a link by which a person chooses a new password. It works once, and for three days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody who may sign in has the e-mail address {email}.")
        people.note_reset_link(user, actor=access.operator_actor("reset_link"))
        parts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        self.stdout.write(settings.PUBLIC_BASE_URL + reverse("account_reset_password_from_key", kwargs=parts))
