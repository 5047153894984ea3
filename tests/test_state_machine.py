"""Hypothesis plays two accounts at once against the real verbs, doors and sweeps, and compares them with a plain model.

STATE_MACHINE_STEPS says about how many steps it takes.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from objects_app import clock, key_cache, storage
from objects_app.lifecycle import leftovers, records, verification
from objects_app.lifecycle import objects as lifecycle
from objects_app.models import StoredObject
from tests import factories
from tests.two_accounts import TwoAccounts, bodies

STEPS = int(os.environ.get("STATE_MACHINE_STEPS", "1000"))
STEPS_A_RUN = 50
EVER = datetime(9999, 1, 1, tzinfo=UTC)


class TwoAccountsInTime(TwoAccounts):
    """What time and trouble do to them: the clock, the sweeps, dying processes, damaged bytes."""

    objects = TwoAccounts.objects

    @rule(ahead=st.sampled_from([1, 999, 60_000, 3_600_000, 90_000_000]))
    def time_passes(self, ahead):
        self.now += timedelta(milliseconds=ahead)

    @rule(back=st.sampled_from([1, 60_000, 3_600_000]))
    def the_clock_is_set_back(self, back):
        self.now -= timedelta(milliseconds=back)

    @rule()
    def the_server_starts_anew(self):
        """Nothing that a process remembers is needed."""
        key_cache._entries.clear()
        caches["process"].clear()
        storage.get_storage().held.clear()

    @rule(age=st.sampled_from([0, 60, 3600, 86_400]))
    def sweep_stale_uploads(self, age):
        before = self.now - timedelta(seconds=age)
        stale = [each for each in self.believed.values() if each.state == "UPLOADING" and each.last_activity <= before]
        assert lifecycle.expire_stale_uploads(before=before).rows == len(stale)
        for each in stale:
            each.delete("object.expired")

    @rule()
    def sweep_due_objects(self):
        due = [each for each in self.believed.values() if each.state != each.state_at(self.now)]
        assert lifecycle.delete_due_objects(before=self.now).rows == len(due)
        for each in due:
            each.delete("object.expired")

    @rule()
    def sweep_bytes(self):
        """Nothing is left for it where no storage ever failed."""
        assert leftovers.purge_bytes(before=self.now).rows == 0

    @rule(body=bodies)
    def a_process_dies_before_its_row_was_written(self, body):
        self.left_behind.add(factories.store_blob(body))

    @rule(body=bodies)
    def a_process_dies_in_the_middle_of_an_upload(self, body):
        writer = storage.get_storage().create()
        writer.write([body])
        writer.release()

    @rule()
    def sweep_leftovers(self):
        parts = len(storage.get_storage().begun)
        assert leftovers.remove_orphans(before=EVER, limit=100_000).rows == len(self.left_behind)
        assert leftovers.remove_parts(before=EVER).rows == parts
        self.left_behind.clear()
        assert storage.get_storage().begun == {}

    @rule(of=objects, damage=st.sampled_from(["lost", "cut", "flipped"]))
    def bytes_are_damaged_and_verified(self, of, damage):
        staged = of.state == "UPLOADING"
        if not of.content or of.state not in ("READ_ONLY", "UPLOADING") or (staged and damage == "flipped"):
            return
        row = StoredObject.objects.get(pk=of.id)
        left = {"lost": None, "cut": of.content[:-1], "flipped": bytes([of.content[0] ^ 1]) + of.content[1:]}[damage]
        self.damage(row.blob_key or row.staging_key, left)
        self.verify(found=1)
        if staged and left is not None:
            self.left_behind.add(row.staging_key)
        of.lose_content(None if staged else left)

    def damage(self, key, left):
        if left is None:
            del self.blobs[key]
        else:
            self.blobs[key] = left

    @rule()
    def verify_sound_bytes(self):
        self.verify(found=0)

    def verify(self, found):
        swept = [verification.verify_lengths(before=EVER, limit=100_000)]
        while (batch := verification.verify_digests(before=EVER, limit=100_000)).trouble:
            swept.append(batch)
        assert sum(len(each.trouble) for each in swept) == found

    @rule()
    def sweep_records(self):
        for sweep in (records.forget_requests, records.roll_up_key_uses, records.forget_sessions, records.forget_runs):
            sweep(before=self.now)


@pytest.fixture
def one_thread(db, blobs, visits_in_this_thread, monkeypatch, settings):
    """All of the transfer runs inside the transaction that ends with each run."""
    settings.THROTTLE_ENABLED = False
    monkeypatch.setattr(clock, "now", clock.now)


@pytest.mark.timeout(600 + STEPS // 10)  # a failure takes up to five minutes to shrink
def test_two_accounts_and_the_sweeps_keep_to_the_model(one_thread):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    options = settings(
        max_examples=max(STEPS // STEPS_A_RUN, 1),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],  # to explain a failure it would trace every line, which takes minutes
        suppress_health_check=checks,
    )
    run_state_machine_as_test(TwoAccountsInTime, settings=options)
