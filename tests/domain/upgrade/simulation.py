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

from bot.checks.vm import machine_name
from bot.domain.fleet.model import DeploymentColor, Fleet
from bot.domain.github_models import (
    CommitChecks,
    Conclusion,
    FailedJob,
    PullRequest,
    Review,
    ReviewState,
    WorkflowRun,
)
from bot.domain.health.model import CheckState
from bot.domain.health.queries import Answer, Machines, Query, Unavailable
from bot.domain.reasons import PlainText
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.domain.upgrade.dispatch import MAX_TRIES
from bot.domain.upgrade.reasons.backups import BackupStatus
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import attach_pull
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, PermanentError, TransientError
from bot.schema import CODEC
from bot.services.fleet_reader import FleetReader
from tests.ports import MemoryStore
from tests.samples import NOW, fleet, internal_instance, modify, version

BEFORE = version("3.40.0")
POLICY = DeployPolicy()
NEVER = timedelta(days=365)
_REQUEST_ID = re.compile(r"[a-z0-9-]{1,40}")


class Crash(Exception):  # noqa: N818 - named for what it is
    """The process ends here: what it was about to note is lost."""


@dataclass
class CrashingLedger(MemoryStore):
    """Keeps upgrades as their documents; after `crash_in` more of them the process ends instead of keeping one."""

    crash_in: int | None = None

    def save_upgrade(self, upgrade: Upgrade) -> None:
        if self.crash_in == 0:
            self.crash_in = None
            raise Crash
        self.crash_in = None if self.crash_in is None else self.crash_in - 1
        super().save_upgrade(CODEC.decode_document(Upgrade, json.loads(json.dumps(CODEC.encode_document(upgrade)))))


@dataclass(frozen=True)
class DispatchBehavior:
    """How GitHub takes the next requests for a run: what it answers (`number`, `nothing`, `lost`, `unheard`,
    `refused`), after how many seconds the run appears (None: never), how many it lasts, and how it ends."""

    answer: str = "number"
    delay: int | None = 0
    lasts: int = 60
    conclusion: str = "success"


@dataclass
class StartedRun:
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

    def at(self, now: datetime) -> WorkflowRun:
        over = now >= self.ends_at
        status, conclusion = ("completed", self.conclusion) if over else ("in_progress", "")
        seen_at = self.ends_at if over else now
        url = f"https://github.com/acme/deploy/actions/runs/{self.id}"
        event = "workflow_dispatch"
        return WorkflowRun(
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
class FakeExternalSystems:
    """GitHub, Google and the machines of some instances, at the moment `now`; `named`: a run's title tells what it
    does. So many requests are not answered (`silent_for`), and one is refused after so many others (`refuses_in`)."""

    slugs: tuple[str, ...]
    named: bool = True
    now: datetime = NOW
    silent_for: int = 0
    refuses_in: int | None = None
    bot_login: str = "mibot[bot]"
    behavior: DispatchBehavior = DispatchBehavior()
    backup_outcome: tuple[BackupState, int] = (BackupState.READY, 0)
    store: CrashingLedger = field(default_factory=CrashingLedger)
    health: dict[str, CheckState] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    started: dict[int, StartedRun] = field(default_factory=dict)
    backups: dict[tuple[str, str], tuple[object, BackupState, datetime]] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    review_states: dict[int, dict[str, ReviewState]] = field(default_factory=dict)
    asked: Counter[object] = field(default_factory=Counter)

    def clock(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def heal(self) -> None:
        """Everything answers again, and whatever hangs ends well within a minute."""
        self.silent_for, self.refuses_in, self.behavior, self.backup_outcome = (
            0,
            None,
            DispatchBehavior(),
            (BackupState.READY, 0),
        )
        self.health.clear()
        for run in self.started.values():
            run.ends_at = min(run.ends_at, self.now + timedelta(seconds=60))
        soon = self.now + timedelta(seconds=60)
        self.backups = {mark: (whose, state, min(at, soon)) for mark, (whose, state, at) in self.backups.items()}

    @property
    def fleet(self) -> Fleet:
        return fleet(
            *(
                internal_instance(slug, version=self.versions.get(slug, BEFORE), skip=self.skipped.get(slug))
                for slug in self.slugs
            )
        )

    def _answers(self) -> None:
        if self.silent_for > 0:
            self.silent_for -= 1
            raise TransientError(PlainText("GitHub did not answer"))
        if self.refuses_in == 0:
            self.refuses_in = None
            raise PermanentError(PlainText("GitHub refused to answer."))
        self.refuses_in = None if self.refuses_in is None else self.refuses_in - 1

    # Runs

    def going_on(self, slug: str) -> list[StartedRun]:
        """The runs of an instance that mibot started and that have not ended, those that are yet to appear too."""
        runs = (run for run in self.started.values() if run.actor == self.bot_login and run.slug == slug)
        return [run for run in runs if not run.excused and run.ends_at > self.now]

    def title(self, slug: str, target: str) -> str:
        return f"Upgrade {slug} to {target}" if self.named else "MI upgrade"

    def start(self, slug: str, title: str, actor: str, manner: DispatchBehavior) -> int:
        number = len(self.started) + 1
        delay = NEVER if manner.delay is None else timedelta(seconds=manner.delay)
        late = delay >= timedelta(seconds=POLICY.start_timeout)
        begins = self.now + delay
        ends = begins + timedelta(seconds=manner.lasts)
        self.started[number] = StartedRun(number, slug, title, actor, begins, ends, manner.conclusion, late)
        return number

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        assert workflow == POLICY.workflow
        self._answers()
        slug, target = inputs["customer"], inputs["version"]
        self._judge(slug, target)
        if self.behavior.answer == "refused":
            raise PermanentError(PlainText("GitHub refused to start the workflow."))
        if self.behavior.answer == "unheard":
            raise TransientError(PlainText("no connection"))
        number = self.start(slug, self.title(slug, target), self.bot_login, self.behavior)
        if self.behavior.answer == "lost":
            raise TransientError(PlainText("the answer did not arrive"))
        return number if self.behavior.answer == "number" else None

    def _judge(self, slug: str, target: str) -> None:
        """Whether this request should have been made."""
        assert not self.going_on(slug), "a deployment of the instance goes on, or may yet begin"
        wanted = [
            one
            for one in self.store.upgrades()
            if one.slug == slug and one.stage is Stage.DEPLOYING and one.deployment and str(one.target) == target
        ]
        assert len(wanted) == 1, "it was noted before it was asked for"
        record = wanted[0]
        tries = (record.key, record.requested_at, record.attempt.number, record.entered_at(Stage.DEPLOYING))
        self.asked[tries] += 1
        assert self.asked[tries] <= MAX_TRIES

    def run(self, number: int) -> WorkflowRun:
        self._answers()
        if number not in self.started or self.started[number].appears_at > self.now:
            raise NotFoundError(PlainText("there is no such run"))
        return self.started[number].at(self.now)

    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[WorkflowRun]:
        assert (workflow, event, commit) == (POLICY.workflow, "workflow_dispatch", "")
        self._answers()
        return [run.at(self.now) for run in self.started.values() if since <= run.appears_at <= self.now]

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        self._answers()
        return [FailedJob("upgrade", "terraform apply", f"https://github.com/x/{run}")]

    # Backups

    def ensure(self, order: BackupRequest) -> Sequence[Backup]:
        self._answers()
        assert _REQUEST_ID.fullmatch(order.request_id)
        record = self.store.upgrade(order.slug, version(order.version))
        assert record is not None
        whose = (record.key, record.requested_at, record.attempt.number)
        state, seconds = self.backup_outcome
        self.backups.setdefault(
            (order.project, order.request_id), (whose, state, self.now + timedelta(seconds=seconds))
        )
        there, state, at = self.backups[order.project, order.request_id]
        assert there == whose, "every attempt has backups of its own"
        made = BackupState.RUNNING if self.now < at else state
        return [
            Backup(
                BackupKind.DISK,
                "data",
                order.request_id,
                made,
                self.now,
                BackupStatus("FAILED", "no space") if made is BackupState.FAILED else None,
            )
        ]

    def beyond_retention(self, order: BackupRequest, keep: int) -> Sequence[Backup]:  # noqa: ARG002 - the port's
        return []

    # Machines

    def fetch(self, query: Query) -> Answer:
        project = getattr(query, "project", "")
        state = self.health.get(str(project).removeprefix("sourcegraph-managed-"), CheckState.PASS)
        if state is CheckState.UNKNOWN:
            return Unavailable(PlainText("Google did not answer."))
        return Machines({machine_name(DeploymentColor.RED): "RUNNING" if state is CheckState.PASS else "TERMINATED"})

    # Pull requests

    def pull(self, number: int) -> PullRequest:
        self._answers()
        return self.pulls[number]

    def reviews(self, number: int) -> Sequence[Review]:
        self._answers()
        return [Review(who, opinion) for who, opinion in self.review_states.get(number, {}).items()]

    def checks(self, commit: str) -> CommitChecks:  # noqa: ARG002 - the port's
        self._answers()
        return CommitChecks(Conclusion.SUCCESS)

    def merge(self, number: int, upgrade: Upgrade) -> None:
        pull = replace(self.pulls[number], open=False, merged=True, merge_commit="d" * 40)
        self.pulls[number] = replace(pull, merged_at=self.now, merged_by="rio")
        self.versions[upgrade.slug] = upgrade.version if upgrade.rollback is None else BEFORE


class FakeFleets(FleetReader):
    """The fleet as it is in that world."""

    def __init__(self, world: FakeExternalSystems) -> None:
        self._world = world

    def recent(self) -> Fleet:
        return self._world.fleet


class FakePullRequestService:
    """Opens pull requests in that world."""

    def __init__(self, world: FakeExternalSystems) -> None:
        self._world = world

    def open(self, upgrade: Upgrade) -> Upgrade:
        pulls = self._world.pulls
        there = next((one for one in pulls.values() if one.open and one.branch == upgrade.branch), None)
        if there is None:
            number = len(pulls) + 1
            url, head = f"https://github.com/acme/deploy/pull/{number}", f"{number:040x}"
            there = PullRequest(
                number, upgrade.key, "", url, upgrade.branch, head, True, False, "mibot[bot]", frozenset()
            )
            pulls[number] = there
        back = replace(upgrade.rollback, to_version=BEFORE) if upgrade.rollback else None
        return replace(attach_pull(upgrade, there, upgrade.from_version, self._world.now), rollback=back)

    def check_refusal(self, _: Upgrade) -> Upgrade | None:
        return None

    def update_branch(self, upgrade: Upgrade, _: PullRequest) -> Upgrade:
        return upgrade

    def compare(self, upgrade: Upgrade, pull: PullRequest) -> Upgrade:
        return modify(upgrade, content=PullRequestContent(pull.head))
