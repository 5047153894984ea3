"""What must hold after a kill: of each object that a client knows of, and of database and storage as a whole."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.crash.stories import Story
from tests.crash.writers import Client

ENDS = {"READ_ONLY", "DELETED"}  # nothing comes in that would be an ERROR


@dataclass
class Faults:
    """Each is a broken promise, told in a line."""

    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    resurrected: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)


class Examiner:
    """Looks at objects as their client does, and as a stranger does."""

    def __init__(self, client: Client, stranger: Client, faults: Faults) -> None:
        self.client, self.stranger, self.faults = client, stranger, faults

    def examine(self, story: Story) -> None:
        shown = self.client.call("GET", f"/v1/objects/{story.id}").json()
        state = shown["state"]
        if state not in story.states:
            kind = self.faults.resurrected if story.deleted else self.faults.lost
            kind.append(f"{story} is {state}")
        story.settle(state)
        if state == "READ_ONLY":
            self.examine_content(story, shown)
        if state == "DELETED":
            self.examine_absence(story)

    def finish(self, story: Story) -> None:
        """Complete what was uploaded before the kill: after an acknowledged PUT this has to succeed."""
        if story.staged:
            self.examine_content(story, self.client.complete(story))
        else:
            self.finish_what_may_have_arrived(story)

    def finish_what_may_have_arrived(self, story: Story) -> None:
        answer = self.client.ask("POST", f"/v1/objects/{story.id}/complete")
        if answer.status_code not in (200, 400):
            self.faults.wrong.append(f"{story}: to complete what may have arrived was answered {answer.status_code}")
        if answer.status_code == 200:
            story.completed = True
            self.examine_content(story, answer.json())

    def examine_content(self, story: Story, shown: dict[str, Any]) -> None:
        digest = self.client.download(story)
        if digest not in story.contents or digest != shown["sha256"]:
            self.faults.wrong.append(f"{story} has the content {digest} and says {shown['sha256']}")
        story.settle_content(digest)

    def examine_absence(self, story: Story) -> None:
        urls = [f"/v1/objects/{story.id}", *([story.download_url] if story.download_url else [])]
        for url in urls:
            status = self.stranger.http.get(url).status_code
            if status != 404:
                self.faults.resurrected.append(f"{story} is there for strangers: {status}")


class Ledger:
    """All stories of a run. Deleted objects stay in it by their id alone."""

    def __init__(self) -> None:
        self.living: dict[str, Story] = {}
        self.gone: dict[str, bool] = {}  # whether it had been completed

    def add(self, stories: Iterable[Story]) -> None:
        self.living |= {story.id: story for story in stories}
        for story in [story for story in self.living.values() if story.deleted]:
            self.gone[story.id] = story.completed
            del self.living[story.id]

    def completed(self) -> set[str]:
        living = {story.id for story in self.living.values() if story.completed}
        return living | {id_ for id_, completed in self.gone.items() if completed}


@dataclass(frozen=True)
class Row:
    id: str
    state: str
    blob_key: str
    staging_key: str
    sha256: str

    @property
    def names_too_much(self) -> bool:
        """After every sweep. Of what is damaged, all that is left may be what it was copied from."""
        return self.state != "ERROR" and bool(self.staging_key or (self.blob_key and self.state == "DELETED"))


Query = Callable[[str], list[tuple[Any, ...]]]


class World:
    """Database and storage while no client is at work and after every sweep with the age 0.

    `keys` are those of the storage, `unfinished` its uploads in parts, `damage` what is wrong with the database itself.
    """

    def __init__(self, keys: set[str], query: Query) -> None:
        self.keys = keys
        self.unfinished: list[str] = []
        self.damage: list[str] = []
        self.rows = [
            Row(*row) for row in query("SELECT id, state, blob_key, staging_key, sha256 FROM objects_app_storedobject")
        ]
        self.promotions = [key for (key,) in query("SELECT blob_key FROM objects_app_promotion")]
        counted = query("SELECT target_id, action, count(*) FROM objects_app_auditevent GROUP BY target_id, action")
        self.events = {(target, action): count for target, action, count in counted}

    def check(self, ledger: Ledger, faults: Faults) -> None:
        self.check_bytes(faults)
        self.check_states(ledger, faults)
        self.check_events(ledger, faults)
        faults.wrong += self.damage

    def check_bytes(self, faults: Faults) -> None:
        named = Counter(key for row in self.rows for key in (row.blob_key, row.staging_key) if key)
        finished = {row.blob_key for row in self.rows if row.state == "READ_ONLY"}
        faults.leaked += [f"{key} is named by no row" for key in sorted(self.keys - named.keys())]
        faults.leaked += [f"{key} has parts of an upload" for key in self.unfinished]
        faults.leaked += [f"{key} is still being promoted" for key in self.promotions]
        faults.leaked += [f"{row} names bytes that nobody needs" for row in self.rows if row.names_too_much]
        faults.lost += [f"{key} is not there" for key in sorted(finished - self.keys)]
        faults.wrong += [f"{key} is named by several rows" for key, count in named.items() if count > 1]

    def check_states(self, ledger: Ledger, faults: Faults) -> None:
        states = {row.id: row.state for row in self.rows}
        finished = {row.id: row.sha256 for row in self.rows if row.state == "READ_ONLY"}
        faults.wrong += [f"{id_} is left {state}" for id_, state in states.items() if state not in ENDS]
        faults.resurrected += [f"{id_} is {states[id_]}" for id_ in ledger.gone if states[id_] != "DELETED"]
        faults.resurrected += [f"{id_} was never completed" for id_ in sorted(finished.keys() - ledger.living.keys())]
        for story in ledger.living.values():
            if finished.get(story.id) != story.staged:
                faults.lost.append(f"{story} is {states.get(story.id)} with {finished.get(story.id)}")

    def check_events(self, ledger: Ledger, faults: Faults) -> None:
        completed = ledger.completed()
        for row in self.rows:
            ends = [self.events.get((row.id, action), 0) for action in ("object.deleted", "object.expired")]
            if self.events.get((row.id, "object.completed"), 0) != (row.id in completed):
                faults.wrong.append(f"{row} has another number of completions in the audit than in its client's memory")
            if sum(ends) != (row.state == "DELETED"):
                faults.wrong.append(f"{row} has {sum(ends)} ends in the audit")
