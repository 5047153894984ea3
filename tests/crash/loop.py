"""Writers at work, a kill, the way back, and a look at everything that was acknowledged; over and over."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from tests import live
from tests.crash.checking import Examiner, Faults, Ledger
from tests.crash.killing import Dead, Site
from tests.crash.stories import Story
from tests.crash.writers import Client, Crowd, Tally, Unanswered
from tests.failpoints import every_failpoint

WRITERS = 4
CHECKED_EVERY = 25
LOOKED_AT = 0.2  # of the objects with which nothing was under way, right after the kill
LOOKS = 5  # at each, where a server with a lot to do answers 503
KEPT = 100  # objects that live on after a check of everything


@dataclass
class Figures:
    kills: Counter[str] = field(default_factory=Counter)
    puts: int = 0
    completes: int = 0
    deletes: int = 0
    restarts: list[tuple[float, str]] = field(default_factory=list)  # seconds, and of what
    seconds: float = 0.0
    faults: Faults = field(default_factory=Faults)

    def count(self, tallies: list[Tally]) -> None:
        for tally in tallies:
            self.puts += tally.puts
            self.completes += tally.completes
            self.deletes += tally.deletes
            self.faults.wrong += tally.oddities

    def summary(self) -> dict[str, object]:
        broken = {name: len(lines) for name, lines in asdict(self.faults).items()}
        counted = {name: getattr(self, name) for name in ("puts", "completes", "deletes")}
        seconds, of = self.slowest_restart
        times = {
            "usual_restart": round(median(seconds for seconds, _ in self.restarts), 1),
            "slowest_restart": round(seconds, 1),
            "slowest_was": of,
            "seconds": round(self.seconds),
        }
        return {"kills": sum(self.kills.values()), "by_victim": dict(self.kills), **counted, **broken, **times}

    @property
    def slowest_restart(self) -> tuple[float, str]:
        return max(self.restarts)


class Loop:
    def __init__(self, site: Site, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.site, self.seed = site, seed
        self.ledger, self.figures = Ledger(), Figures()
        opened = live.manage("create_account", "strangers", "--json", environment=site.environment).stdout
        self.strangers_key = json.loads(opened)["key"]

    def run(self, kills: int) -> Figures:
        began = time.monotonic()
        for number in range(1, kills + 1):
            self.kill_once()
            if number % CHECKED_EVERY == 0:
                self.sweep()
                self.check_everything()
                self.delete_all_but(KEPT)
                self.figures.seconds = time.monotonic() - began
                write_report(self.site, self.figures, self.seed)  # which stays if the run is stopped
        self.sweep()
        self.check_everything()
        self.delete_all_but(0)
        self.check_everything()  # nobody was killed since, so that nothing is left to a sweep
        self.figures.seconds = time.monotonic() - began
        return self.figures

    def kill_once(self) -> None:
        seeds = [self.random.getrandbits(32) for _ in range(WRITERS)]
        crowd = Crowd(self.site.base_urls, self.site.key, seeds)
        try:
            crowd.work_until(self.random.randint(1, self.site.most_completes), and_then=self.random.uniform(0, 0.05))
            since, dead = self.kill_somebody()
            self.site.restart(dead)
            cut_off = {part.base_url for part in dead.values()}
            if not cut_off.issuperset(self.site.base_urls):
                # Who is served elsewhere notices nothing.
                crowd.work_until(crowd.completes() + self.site.most_completes // 4, and_then=0)
            crowd.end()
            back_in = self.site.come_back(dead, since=since)
        finally:
            stories = crowd.end()
        self.figures.restarts.append((back_in, name_of(dead)))
        self.figures.faults.wrong += crowd.cut_off_elsewhere(cut_off)
        self.figures.count([writer.tally for writer in crowd.writers])
        self.look_at([story for story in stories if not story.is_settled or self.random.random() < LOOKED_AT])
        self.ledger.add(stories)

    def kill_somebody(self) -> tuple[float, Dead]:
        (victim,) = self.random.choices(list(self.site.victims), weights=self.site.victims.values())
        if victim == "a failpoint" and (dead := self.die_at_a_failpoint()):
            self.figures.kills[f"{name_of(dead)} at a failpoint"] += 1
            return time.monotonic(), dead
        victim = "web worker" if victim == "a failpoint" else victim
        since, dead = time.monotonic(), self.site.kill(victim, self.random)
        self.figures.kills[victim] += 1
        return since, dead

    def die_at_a_failpoint(self) -> Dead:
        failpoint = self.random.choice([name for name in every_failpoint() if name.startswith(self.site.comes_by)])
        return self.site.die_at(failpoint, within=5)

    def look_at(self, stories: list[Story]) -> None:
        """Each as it is now; of the uploads, every second is completed and the others are left to the sweep."""
        with self.examiner() as examiner:
            for story in stories:
                if not any(self.could_look_at(examiner, story) for _ in range(LOOKS)):
                    self.figures.faults.lost.append(f"{story} is not to be had")

    def could_look_at(self, examiner: Examiner, story: Story) -> bool:
        try:
            self.look_at_one(examiner, story)
        except Unanswered:
            return False
        return True

    def look_at_one(self, examiner: Examiner, story: Story) -> None:
        examiner.examine(story)
        if "UPLOADING" in story.states:
            if self.random.random() < 0.5:
                examiner.finish(story)
            story.expiring = not story.completed

    @contextmanager
    def examiner(self) -> Iterator[Examiner]:
        url, tally = self.random.choice(self.site.base_urls), Tally()
        clients = [Client(url, key, tally) for key in (self.site.key, self.strangers_key)]
        try:
            with closing(clients[0]), closing(clients[1]):
                yield Examiner(*clients, faults=self.figures.faults)
        finally:
            self.figures.count([tally])

    def check_everything(self) -> None:
        self.look_at(list(self.ledger.living.values()))
        self.ledger.add([])
        self.site.world().check(self.ledger, self.figures.faults)

    def sweep(self) -> None:
        for story in self.ledger.living.values():
            story.expiring = True
        command = [sys.executable, "-m", "tests.crash.sweeping"]
        swept = subprocess.run(
            command, env=self.site.environment, cwd=live.ROOT, capture_output=True, text=True, check=False
        )
        if swept.returncode:
            self.figures.faults.lost.append(swept.stdout[-500:] + swept.stderr[-500:])

    def delete_all_but(self, kept: int) -> None:
        stories = list(self.ledger.living.values())
        with self.examiner() as examiner:
            for story in stories[: max(len(stories) - kept, 0)]:
                with suppress(Unanswered):
                    examiner.client.delete(story)
        self.ledger.add([])


def name_of(dead: Dead) -> str:
    kinds = {part.kind for part in dead.values()}
    return kinds.pop() if len(kinds) == 1 else "everything"


def write_report(site: Site, figures: Figures, seed: int) -> str:
    """The figures in one line; whole, with each fault, in a file of the folder that CRASH_REPORT names."""
    summary = {"shape": site.shape, "seed": seed, **figures.summary()}
    if folder := os.environ.get("CRASH_REPORT"):
        Path(folder).mkdir(exist_ok=True)
        report = {**summary, "broken": asdict(figures.faults)}
        Path(folder, f"{site.shape}.json").write_text(json.dumps(report, indent=2))
    return json.dumps(summary)
