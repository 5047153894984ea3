"""How many objects there are, as triggers count in the transaction of each change: nobody counts a million rows."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from objects_app.models.objects import State


class ObjectCount(models.Model):
    """So many objects more, or less, of one account, state and visibility: their number is the sum of these rows.

    On PostgreSQL every change adds rows and none changes one, so writers never wait for each other; a sweep puts them
    together. On SQLite, which has one writer at a time, a change changes its row.
    """

    account = models.ForeignKey(
        "Account", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=10, choices=State)
    is_public = models.BooleanField()
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "is_public", "amount"], name="count_of_account"),
            models.Index(
                fields=["account", "amount"],
                condition=Q(state=State.READ_ONLY, is_public=True),
                name="count_of_public",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} {self.state} of {self.account_id}"
