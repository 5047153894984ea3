"""The people of the server that browsers visit, made in it once: `python manage.py shell -c` runs this there."""

from objects_app.models import Membership, Role, User
from tests.factories import give_staff_role, make_person
from tests.people import DOMAIN, PASSWORD


def move_in() -> None:
    """alice owns the account `alice`, where others have lower roles; bob, mallory and sam have their own.

    sam is a superuser; olga operates the service, and aude audits it. pia is for the test that gives her a
    passkey, which she is asked for from then on.
    """
    alice = make_person("alice")
    for name in ("bob", "mallory", "sam"):
        make_person(name)
    User.objects.filter(email=f"sam@{DOMAIN}").update(is_staff=True, is_superuser=True)
    for name, role in (("carol", Role.ADMIN), ("dave", Role.MEMBER), ("erin", Role.VIEWER), ("pia", Role.VIEWER)):
        user = User.objects.create_user(f"{name}@{DOMAIN}", PASSWORD)
        Membership.objects.create(account=alice.account, user=user, role=role)
    for name, role in (("olga", "operator"), ("aude", "auditor")):
        give_staff_role(make_person(name).user, role)
    print(f"alice: {alice.secret}")  # noqa: T201  the caller reads it
