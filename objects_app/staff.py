"""The roles of staff: who looks at everything, who acts on it, who sets up people. `access` says what that allows."""

from enum import StrEnum

from django.db.models import prefetch_related_objects

from objects_app.models import User


class StaffRole(StrEnum):
    """What a member of staff may do on every account, by the Django group of the same name."""

    AUDITOR = "auditor"
    OPERATOR = "operator"


def roles_of(user: User) -> frozenset[StaffRole]:
    """Staff without one of these roles may do nothing in the admin; superusers operate."""
    if not (user.is_active and user.is_staff):
        return frozenset()
    if user.is_superuser:
        return frozenset({StaffRole.OPERATOR})
    prefetch_related_objects([user], "groups")  # once for each instance, which is once for each request
    return frozenset(StaffRole(group.name) for group in user.groups.all() if group.name in set(StaffRole))


def enters_admin(user: User) -> bool:
    return bool(roles_of(user))


def configures(user: User) -> bool:
    """People and memberships are set up by superusers alone."""
    return enters_admin(user) and user.is_superuser
