"""Invitations to become a member of an account, of whose tokens only the digest is kept."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower, Now

from objects_app import clock
from objects_app.ids import new_id
from objects_app.models.accounts import Role


def new_invitation_id() -> str:
    return new_id("inv")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def live(self) -> "InvitationQuerySet":
        """Those that can be accepted."""
        return self.unanswered().filter(expires_at__gt=clock.now(), account__suspended_at__isnull=True)


class Invitation(models.Model):
    id = models.CharField(primary_key=True, max_length=40, default=new_invitation_id, editable=False)
    account = models.ForeignKey("Account", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address", max_length=254)
    role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_in_lower_case"),
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_unanswered_invitation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"
