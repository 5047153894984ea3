"""Records that have served their time."""

from datetime import timedelta

from objects_app import clock
from objects_app.lifecycle import records
from objects_app.lifecycle.sweeps import Swept
from objects_app.models import IdempotencyRecord

DAY = timedelta(days=1)


def test_old_requests_are_forgotten_and_young_ones_kept(alice, set_clock):
    moment = set_clock(hours=0)
    for name, age in (("old", DAY), ("young", DAY - timedelta(seconds=1))):
        IdempotencyRecord.objects.create(
            account=alice.account, fingerprint=name, target_id="x", created_at=moment - age
        )
    assert records.forget_requests(before=clock.ago(DAY)).rows == 1
    assert IdempotencyRecord.objects.get().fingerprint == "young"


def test_forgetting_is_limited(alice):
    for name in "abc":
        IdempotencyRecord.objects.create(account=alice.account, fingerprint=name, target_id="x")
    later = clock.after(timedelta(hours=1))
    swept = [records.forget_requests(before=later, limit=2) for _ in range(2)]
    assert swept == [Swept(2, 0, more=True), Swept(1, 0, more=False)]
