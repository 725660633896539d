"""A world for upgrades in memory: pull requests, workflow runs, backups and machines that do as they are told.

It watches what mibot asks of it, and never forgives a deployment beside another one of the same instance.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.checks.vm import machine
from bot.domain.fleet.model import Colour, Fleet
from bot.domain.github_models import CommitChecks, Conclusion, FailedJob, Opinion, Pull, Review, Run
from bot.domain.health.model import State
from bot.domain.health.queries import Answer, Machines, Query, Unavailable
from bot.domain.upgrade.backups import BackupOrder, Copy, CopyKind, CopyState
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.dispatch import MOST_TRIES
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import opened
from bot.domain.versions import Version
from bot.ports import Missing, Passing, Refused
from bot.services.fleet_reader import Fleets
from tests.ports import MemoryLedger
from tests.samples import NOW, fleet, internal, version

BEFORE = version("3.40.0")
POLICY = DeployPolicy()
NEVER = timedelta(days=365)
_MARK = re.compile(r"[a-z0-9-]{1,40}")


class Crash(Exception):  # noqa: N818 - named for what it is
    """The process ends here: what it was about to note is lost."""


@dataclass
class FrailLedger(MemoryLedger):
    """Keeps upgrades as their documents; after `crash_in` more of them the process ends instead of keeping one."""

    crash_in: int | None = None

    def save_upgrade(self, upgrade: Upgrade) -> None:
        if self.crash_in == 0:
            self.crash_in = None
            raise Crash
        self.crash_in = None if self.crash_in is None else self.crash_in - 1
        super().save_upgrade(Upgrade.from_json(json.loads(json.dumps(upgrade.to_json()))))


@dataclass(frozen=True)
class Manner:
    """How GitHub takes the next requests for a run: what it answers (`number`, `nothing`, `lost`, `unheard`,
    `refused`), after how many seconds the run appears (None: never), how many it lasts, and how it ends."""

    answer: str = "number"
    delay: int | None = 0
    lasts: int = 60
    conclusion: str = "success"


@dataclass
class Started:
    """A run of the workflow. `excused`: it appeared later than mibot has to wait, or people began it."""

    id: int
    slug: str
    title: str
    actor: str
    appears_at: datetime
    ends_at: datetime
    conclusion: str
    excused: bool = False
    attempt: int = 1

    def at(self, now: datetime) -> Run:
        over = now >= self.ends_at
        status, conclusion = ("completed", self.conclusion) if over else ("in_progress", "")
        seen_at = self.ends_at if over else now
        url = f"https://github.com/acme/deploy/actions/runs/{self.id}"
        event = "workflow_dispatch"
        return Run(
            self.id,
            url,
            self.title,
            self.actor,
            event,
            status,
            conclusion,
            "",
            self.appears_at,
            seen_at,
            self.attempt,
        )


@dataclass
class World:
    """GitHub, Google and the machines of some instances, at the moment `now`; `named`: a run's title tells what it
    does. So many requests are not answered (`silent_for`), and one is refused after so many others (`refuses_in`)."""

    slugs: tuple[str, ...]
    named: bool = True
    now: datetime = NOW
    silent_for: int = 0
    refuses_in: int | None = None
    me: str = "mibot[bot]"
    manner: Manner = Manner()
    copying: tuple[CopyState, int] = (CopyState.READY, 0)
    ledger: FrailLedger = field(default_factory=FrailLedger)
    health: dict[str, State] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    started: dict[int, Started] = field(default_factory=dict)
    copies: dict[tuple[str, str], tuple[object, CopyState, datetime]] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    opinions: dict[int, dict[str, Opinion]] = field(default_factory=dict)
    asked: Counter[object] = field(default_factory=Counter)

    def clock(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def heal(self) -> None:
        """Everything answers again, and whatever hangs ends well within a minute."""
        self.silent_for, self.refuses_in, self.manner, self.copying = 0, None, Manner(), (CopyState.READY, 0)
        self.health.clear()
        for run in self.started.values():
            run.ends_at = min(run.ends_at, self.now + timedelta(seconds=60))
        soon = self.now + timedelta(seconds=60)
        self.copies = {mark: (whose, state, min(at, soon)) for mark, (whose, state, at) in self.copies.items()}

    @property
    def fleet(self) -> Fleet:
        return fleet(
            *(
                internal(slug, version=self.versions.get(slug, BEFORE), skip=self.skipped.get(slug, ""))
                for slug in self.slugs
            )
        )

    def _answers(self) -> None:
        if self.silent_for > 0:
            self.silent_for -= 1
            raise Passing("GitHub did not answer")
        if self.refuses_in == 0:
            self.refuses_in = None
            raise Refused("GitHub refused to answer.")
        self.refuses_in = None if self.refuses_in is None else self.refuses_in - 1

    # Runs

    def going_on(self, slug: str) -> list[Started]:
        """The runs of an instance that mibot started and that have not ended, those that are yet to appear too."""
        runs = (run for run in self.started.values() if run.actor == self.me and run.slug == slug)
        return [run for run in runs if not run.excused and run.ends_at > self.now]

    def title(self, slug: str, target: str) -> str:
        return f"Upgrade {slug} to {target}" if self.named else "MI upgrade"

    def start(self, slug: str, title: str, actor: str, manner: Manner) -> int:
        number = len(self.started) + 1
        delay = NEVER if manner.delay is None else timedelta(seconds=manner.delay)
        late = delay >= timedelta(seconds=POLICY.start_timeout)
        begins = self.now + delay
        ends = begins + timedelta(seconds=manner.lasts)
        self.started[number] = Started(number, slug, title, actor, begins, ends, manner.conclusion, late)
        return number

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        assert workflow == POLICY.workflow
        self._answers()
        slug, target = inputs["customer"], inputs["version"]
        self._judge(slug, target)
        if self.manner.answer == "refused":
            raise Refused("GitHub refused to start the workflow.")
        if self.manner.answer == "unheard":
            raise Passing("no connection")
        number = self.start(slug, self.title(slug, target), self.me, self.manner)
        if self.manner.answer == "lost":
            raise Passing("the answer did not arrive")
        return number if self.manner.answer == "number" else None

    def _judge(self, slug: str, target: str) -> None:
        """Whether this request should have been made."""
        assert not self.going_on(slug), "a deployment of the instance goes on, or may yet begin"
        wanted = [
            one
            for one in self.ledger.upgrades()
            if one.slug == slug and one.stage is Stage.DEPLOYING and one.deployment and str(one.target) == target
        ]
        assert len(wanted) == 1, "it was noted before it was asked for"
        record = wanted[0]
        tries = (record.key, record.asked_at, record.attempt, record.since(Stage.DEPLOYING))
        self.asked[tries] += 1
        assert self.asked[tries] <= MOST_TRIES

    def run(self, number: int) -> Run:
        self._answers()
        if number not in self.started or self.started[number].appears_at > self.now:
            raise Missing("there is no such run")
        return self.started[number].at(self.now)

    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[Run]:
        assert (workflow, event, commit) == (POLICY.workflow, "workflow_dispatch", "")
        self._answers()
        return [run.at(self.now) for run in self.started.values() if since <= run.appears_at <= self.now]

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        self._answers()
        return [FailedJob("upgrade", "terraform apply", f"https://github.com/x/{run}")]

    # Backups

    def ensure(self, order: BackupOrder) -> Sequence[Copy]:
        self._answers()
        assert _MARK.fullmatch(order.mark)
        record = self.ledger.upgrade(order.slug, version(order.version))
        assert record is not None
        whose = (record.key, record.asked_at, record.attempt)
        state, seconds = self.copying
        self.copies.setdefault((order.project, order.mark), (whose, state, self.now + timedelta(seconds=seconds)))
        there, state, at = self.copies[order.project, order.mark]
        assert there == whose, "every attempt has backups of its own"
        made = CopyState.RUNNING if self.now < at else state
        return [
            Copy(CopyKind.DISK, "data", order.mark, made, self.now, "no space" if made is CopyState.FAILED else "")
        ]

    def older(self, order: BackupOrder, keep: int) -> Sequence[Copy]:  # noqa: ARG002 - the port's
        return []

    # Machines

    def ask(self, query: Query) -> Answer:
        project = getattr(query, "project", "")
        state = self.health.get(str(project).removeprefix("sourcegraph-managed-"), State.PASS)
        if state is State.UNKNOWN:
            return Unavailable("Google did not answer.")
        return Machines({machine(Colour.RED): "RUNNING" if state is State.PASS else "TERMINATED"})

    # Pull requests

    def pull(self, number: int) -> Pull:
        self._answers()
        return self.pulls[number]

    def reviews(self, number: int) -> Sequence[Review]:
        self._answers()
        return [Review(who, opinion) for who, opinion in self.opinions.get(number, {}).items()]

    def checks(self, commit: str) -> CommitChecks:  # noqa: ARG002 - the port's
        self._answers()
        return CommitChecks(Conclusion.SUCCESS)

    def merge(self, number: int, upgrade: Upgrade) -> None:
        pull = replace(self.pulls[number], open=False, merged=True, merge_commit="d" * 40)
        self.pulls[number] = replace(pull, merged_at=self.now, merged_by="rio")
        self.versions[upgrade.slug] = upgrade.version if upgrade.back is None else BEFORE


class WorldFleets(Fleets):
    """The fleet as it is in that world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def recent(self) -> Fleet:
        return self._world.fleet


class Opener:
    """Opens pull requests in that world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open(self, upgrade: Upgrade) -> Upgrade:
        pulls = self._world.pulls
        there = next((one for one in pulls.values() if one.open and one.branch == upgrade.branch), None)
        if there is None:
            number = len(pulls) + 1
            url, head = f"https://github.com/acme/deploy/pull/{number}", f"{number:040x}"
            there = Pull(number, upgrade.key, "", url, upgrade.branch, head, True, False, "mibot[bot]", frozenset())
            pulls[number] = there
        back = replace(upgrade.back, to=BEFORE) if upgrade.back else None
        return replace(opened(upgrade, there, upgrade.from_version, self._world.now), back=back)

    def refused(self, _: Upgrade) -> Upgrade | None:
        return None

    def keep_up(self, upgrade: Upgrade, _: Pull) -> Upgrade:
        return upgrade
