"""Two accounts whose clients call the real verbs and doors, compared with a plain model after every step."""

from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import DateTimeField, Value
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from objects_app import access, clock, storage
from objects_app.models import AuditEvent, MetadataPair, StoredObject
from objects_app.operations import keys
from tests import factories
from tests.asgi import CUT, block, send
from tests.object_model import START, URL_LIFETIME, Believed, BelievedUrl

PEOPLE = ("alice", "bob")
API = factories.Api()  # one for all, because a client loads the whole middleware at its first request
bodies = st.binary(max_size=12)
people = st.sampled_from(PEOPLE)
lifetimes = st.sampled_from([1, 1000, 60_000, 3_600_000, 86_400_000])
metadata = st.dictionaries(st.sampled_from("abc"), st.text("xyz", max_size=2), max_size=2)


class TwoAccounts(RuleBasedStateMachine):
    objects = Bundle("objects")
    download_urls = Bundle("download_urls")

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.blobs = storage.get_storage().blobs
        self.blobs.clear()
        self.left_behind: set[str] = set()
        self.now = START
        clock.now = lambda: Value(self.now, output_field=DateTimeField())
        self.people = {name: factories.make_person(name) for name in PEOPLE}
        self.keys = {name: (person.key, person.secret) for name, person in self.people.items()}
        self.believed: dict[str, Believed] = {}
        self.first_event = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def call(self, who: str, method: str, path: str, *sent):
        return getattr(API, method)(path, *sent, Authorization=f"Bearer {self.keys[who][1]}")

    def newest_first(self, wanted) -> list[str]:
        found = [each for each in self.believed.values() if wanted(each)]
        return [each.id for each in sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)]

    @rule(
        target=objects,
        who=people,
        ttl_ms=st.none() | lifetimes,
        declared=st.none() | bodies,
        is_public=st.booleans(),
        metadata=metadata,
    )
    def create(self, who, ttl_ms, declared, is_public, metadata):
        self.now += timedelta(milliseconds=1)
        digest = None if declared is None else sha256(declared).hexdigest()
        sent = {"name": "notes", "content_type": "text/plain", "ttl_ms": ttl_ms, "sha256": digest}
        answer = self.call(who, "post", "/v1/objects", sent | {"is_public": is_public, "metadata": metadata}).json()
        assert answer["id"] not in self.believed
        delete_after = self.now + timedelta(milliseconds=ttl_ms) if ttl_ms else None
        new = Believed(answer["id"], who, self.now, is_public, delete_after, digest, self.now, metadata=metadata)
        new.upload_urls.append((answer["upload_url"], self.now + URL_LIFETIME))
        self.believed[new.id] = new
        return new

    @rule(target=objects, who=people, body=bodies, is_public=st.booleans(), ttl_ms=st.none() | lifetimes)
    def create_put_and_complete(self, who, body, is_public, ttl_ms):
        """The usual way, so that many objects are finished ones."""
        new = self.create(who, ttl_ms, None, is_public, {"a": "x"})
        self.put(new, body, 0)
        self.complete(who, new)
        return new

    @rule(who=people, theirs=objects)
    def renew_upload_url(self, who, theirs):
        answer = self.call(who, "post", f"/v1/objects/{theirs.id}/upload_url")
        expected = theirs.refusal_to_change(who, self.now) or (200 if theirs.is_open(self.now) else 409)
        assert answer.status_code == expected
        if expected == 200:
            theirs.upload_urls.append((answer.json()["upload_url"], self.now + URL_LIFETIME))
            theirs.last_activity = self.now
            theirs.events.append("object.upload_url_issued")

    @rule(to=objects, body=bodies, which=st.integers(0, 3))
    def put(self, to, body, which):
        url, expires = to.upload_urls[which % len(to.upload_urls)]
        expected = to.upload_status(expires, self.now)
        assert send("PUT", url, block(body[:5], more=True), block(body[5:], more=False))[0] == expected
        if expected == 200:
            to.content, to.last_activity = body, self.now
            to.events.append("object.uploaded")

    @rule(to=objects, body=bodies)
    def put_that_is_cut(self, to, body):
        url, expires = to.upload_urls[-1]
        expected = to.upload_status(expires, self.now)
        assert send("PUT", url, block(body, more=True), CUT)[0] == (400 if expected == 200 else expected)
        if expected == 200:
            to.last_activity = self.now

    @rule(who=people, theirs=objects)
    def complete(self, who, theirs):
        answer = self.call(who, "post", f"/v1/objects/{theirs.id}/complete", {})
        assert answer.status_code == (theirs.refusal_to_change(who, self.now) or theirs.complete(self.now))

    @rule(who=people, theirs=objects)
    def delete(self, who, theirs):
        expected = theirs.refusal_to_change(who, self.now)
        assert self.call(who, "delete", f"/v1/objects/{theirs.id}").status_code == (expected or 200)
        if expected is None:
            theirs.delete()

    @rule(
        who=people,
        theirs=objects,
        sent=st.fixed_dictionaries(
            {}, optional={"is_public": st.booleans(), "metadata": metadata, "ttl_ms": st.none() | lifetimes}
        ),
    )
    def change(self, who, theirs, sent):
        answer = self.call(who, "patch", f"/v1/objects/{theirs.id}", sent)
        assert answer.status_code == (theirs.refusal_to_change(who, self.now) or theirs.change(sent, self.now))

    @rule(target=download_urls, who=people, theirs=objects, seconds=st.sampled_from([1, 600, 86_400]))
    def mint_download_url(self, who, theirs, seconds):
        answer = self.call(who, "post", f"/v1/objects/{theirs.id}/download", {"expires_in_seconds": seconds})
        if not theirs.is_visible_to(who, self.now):
            assert answer.status_code == 404
            theirs.events.append("object.not_found")
        elif theirs.state_at(self.now) != "READ_ONLY":
            assert answer.status_code == 400
        else:
            theirs.events.append("object.download_url_issued")
            ends = [self.now + timedelta(seconds=seconds), theirs.delete_after]
            expires = min(end for end in ends if end)
            return BelievedUrl(answer.json()["download_url"], theirs, who, expires, theirs.epoch)
        return multiple()

    @rule(of=download_urls)
    def fetch(self, of):
        status, body = send("GET", of.url)
        assert status == of.status(self.now)
        if status == 200:
            assert body == of.target.content
            of.target.events.append("object.content_downloaded")

    @rule(who=people, theirs=objects, is_deleted=st.booleans())
    def fetch_what_was_taken_away(self, who, theirs, is_deleted):
        url = self.mint_download_url(who, theirs, 600)
        if is_deleted:
            self.delete(theirs.owner, theirs)
        else:
            self.change(theirs.owner, theirs, {"is_public": False})
        if isinstance(url, BelievedUrl):
            self.fetch(url)

    @rule(who=people, theirs=objects)
    def retrieve(self, who, theirs):
        answer = self.call(who, "get", f"/v1/objects/{theirs.id}")
        if not theirs.is_visible_to(who, self.now):
            theirs.events.append("object.not_found")
            assert answer.status_code == 404
            return
        shown = answer.json()
        assert shown["state"] == theirs.state_at(self.now)
        assert shown["is_public"] == theirs.is_public
        assert shown["metadata"] == ({} if shown["state"] == "DELETED" else theirs.metadata)
        assert "upload_url" not in shown

    @rule(who=people, limit=st.integers(1, 4), wants_deleted=st.booleans())
    def list_own(self, who, limit, wants_deleted):
        def is_listed(each):
            return each.owner == who and (each.state_at(self.now) == "DELETED") == wants_deleted

        query = {"state": "DELETED"} if wants_deleted else {}
        self.compare_pages("/v1/objects", who, limit, query, self.newest_first(is_listed))

    @rule(who=people, limit=st.integers(1, 4))
    def list_public(self, who, limit):
        expected = self.newest_first(lambda each: each.is_public_at(self.now))
        self.compare_pages("/v1/objects/public", who, limit, {}, expected)

    def compare_pages(self, path, who, limit, query, expected):
        found, has_more = [], True
        while has_more:
            cursor = {"starting_after": found[-1]} if found else {}
            page = self.call(who, "get", path, query | cursor | {"limit": limit}).json()
            assert page["total_count"] == len(expected)
            found += [each["id"] for each in page["objects"]]
            has_more = page["has_more"]
        assert found == expected

    @rule(who=people)
    def revoke_the_key_and_make_a_new_one(self, who):
        keys.revoke_key(self.keys[who][0], actor=factories.OPERATOR)
        assert self.call(who, "get", "/v1/objects").status_code == 401
        self.keys[who] = keys.create_key(self.people[who].account, name="next", actor=factories.OPERATOR)

    @invariant()
    def the_rows_are_as_believed(self):
        rows = list(StoredObject.objects.all())
        assert {row.id for row in rows} == self.believed.keys()
        for row in rows:
            each = self.believed[row.id]
            assert (row.state, row.metadata) == (each.state, each.metadata)
            assert self.blobs.get(row.blob_key or row.staging_key) == each.content
            if row.state == "READ_ONLY":
                assert (row.size_bytes, row.sha256) == (len(each.content), sha256(each.content).hexdigest())

    @invariant()
    def every_blob_is_named_by_a_row(self):
        named = StoredObject.objects.values_list("blob_key", "staging_key")
        assert set(self.blobs) - {key for pair in named for key in pair} == self.left_behind

    @invariant()
    def each_account_sees_its_own_objects_and_public_ones(self):
        for name, person in self.people.items():
            visible = set(access.visible_objects(person.actor).values_list("id", flat=True))
            assert visible == {each.id for each in self.believed.values() if each.is_visible_to(name, self.now)}

    @invariant()
    def the_metadata_of_what_is_gone_is_gone(self):
        pairs = sorted(MetadataPair.objects.values_list("stored_object_id", "key", "value"))
        assert pairs == sorted((each.id, *pair) for each in self.believed.values() for pair in each.metadata.items())

    @invariant()
    def each_step_left_exactly_its_event(self):
        trail: dict[str, list[str]] = {object_id: [] for object_id in self.believed}
        events = AuditEvent.objects.filter(id__gt=self.first_event, target_id__in=trail).order_by("id")
        for target_id, action in events.values_list("target_id", "action"):
            trail[target_id].append(action)
        assert trail == {each.id: each.events for each in self.believed.values()}
