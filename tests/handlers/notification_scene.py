"""A pull request, a tracker and a store in memory, and the handler that publishes notifications."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.github_models import CheckRun, Comment, PublishedCheckRun
from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import Publish
from bot.domain.upgrade.record import StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.handlers.notifications import NotificationHandler
from bot.notifications import all_channels
from bot.ports.errors import ExternalError, NotFoundError, TransientError
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.own_check_runs import OwnCheckRuns
from bot.services.own_comments import OwnComments
from bot.services.posts import PostPublisher
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore
from tests.samples import NOW, modify, result, upgrade, version

HEAD = "c" * 40
TO = version("3.40.1")
STEP = StageTransition(Stage.MERGED, NOW, "rio")
OPEN = upgrade(head=HEAD, before=(result(),), history=(StageTransition(Stage.OPEN, NOW, "mibot"),))
DONE = modify(OPEN, stage=Stage.DONE, merged_at=NOW, history=(STEP, StageTransition(Stage.DONE, NOW, "mibot")))
FAILED = replace(
    DONE,
    stage=Stage.FAILED,
    reason=PlainText("its deployment failed"),
    history=(STEP, StageTransition(Stage.FAILED, NOW, "mibot")),
)


@dataclass
class MemoryDeployment:
    """Pull requests' comments and labels, and check runs. `refuses` has what is raised by whom; `wrote` has every
    call that changed something."""

    refuses: Mapping[str, ExternalError] = field(default_factory=dict)
    labels: dict[int, set[str]] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    bot_login: str = "mibot[bot]"
    _comments: dict[int, Comment] = field(default_factory=dict)
    _check_runs: dict[int, tuple[str, CheckRun]] = field(default_factory=dict)

    # What people do

    def say(self, number: int, body: str, author: str = "dana") -> Comment:
        comment = 500 + len(self._comments)
        by_bot = author.endswith("[bot]")
        self._comments[comment] = Comment(comment, number, body, author, by_bot, "https://x", NOW, NOW)
        return self._comments[comment]

    def delete(self, comment: int) -> None:
        del self._comments[comment]

    # What mibot asks for

    def comments(self, number: int) -> Sequence[Comment]:
        return [comment for comment in self._comments.values() if comment.issue == number]

    def create_comment(self, number: int, body: str) -> Comment:
        self._write("comment")
        return self.say(number, body, "mibot[bot]")

    def edit_comment(self, comment: int, body: str) -> None:
        self._write("edit")
        if comment not in self._comments:
            raise NotFoundError(PlainText("there is no such comment"))
        self._comments[comment] = replace(self._comments[comment], body=body)

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        self._write("label")
        self.labels.setdefault(number, set()).update(labels)

    def newest_check_run(self, commit: str, name: str) -> PublishedCheckRun | None:
        numbers = [number for number, (on, run) in self._check_runs.items() if (on, run.name) == (commit, name)]
        return self.check_run(max(numbers)) if numbers else None

    def check_run(self, number: int) -> PublishedCheckRun:
        return PublishedCheckRun(number, self._check_runs[number][1])

    def create_check_run(self, commit: str, report: CheckRun) -> int:
        self._write("report")
        number = len(self._check_runs) + 1
        self._check_runs[number] = commit, report
        return number

    def update_check_run(self, number: int, report: CheckRun) -> None:
        self._write("report")
        self._check_runs[number] = self._check_runs[number][0], report

    def fit_check_run(self, report: CheckRun) -> CheckRun:
        return report

    @property
    def reports(self) -> dict[tuple[str, str], CheckRun]:
        """What each commit's newest check run of each name says."""
        return {(commit, run.name): run for commit, run in self._check_runs.values()}

    def _write(self, what: str) -> None:
        if what in self.refuses:
            raise self.refuses[what]
        self.wrote.append(what)


class ForgetfulStore(MemoryStore):
    """The process dies whenever it would note what it has written."""

    def finish_notification(self, notification: Notification, outcome: Outcome) -> None:  # noqa: ARG002 - the port's
        raise TransientError(PlainText("the process died"))


@functools.cache
def fleet_reader() -> FleetReader:
    return FleetReader(MemoryFleetSource(make_fleet(12)))


def make_publisher(deployment: MemoryDeployment, issues: MemoryIssues, creator: Creator) -> PostPublisher:
    return PostPublisher(
        OwnCheckRuns(deployment, creator),
        deployment,
        OwnComments(deployment, creator, "pull request comment"),
        OwnComments(issues, creator, "comment"),
    )


@dataclass
class Scene:
    """A pull request, a tracker, our records, and whoever publishes."""

    deployment: MemoryDeployment = field(default_factory=MemoryDeployment)
    store: MemoryStore = field(default_factory=MemoryStore)
    issues: MemoryIssues = field(default_factory=MemoryIssues)
    on_call: tuple[str, ...] = ("lee", "sourcegraph/cloud")

    def __post_init__(self) -> None:
        self.tracker = self.issues.open("3.40.1", author="mibot[bot]").number
        self.store.save_tracker(TrackerRecord(TO, self.tracker, "https://github.test/12", "dana"))
        self.fleets = fleet_reader()

    def publish(self, there: Upgrade | None = None) -> None:
        """Publish what is known of rctest, of which there may be something new."""
        if there is not None:
            self.store.save_upgrade(there)
        assert self.handler.publish(Publish("rctest", "3.40.1")) == []

    @property
    def handler(self) -> NotificationHandler:
        here = self.deployment
        posts = make_publisher(here, self.issues, Creator(self.store, lambda: self.issues.now, lag=0.0))
        return NotificationHandler(
            self.store, self.store, self.fleets, self.issues, posts, all_channels(), on_call=self.on_call
        )

    def dies_publishing(self, there: Upgrade) -> None:
        """Publish until the first thing is to be noted, and die there."""
        self.store.save_upgrade(there)
        kept, self.store = self.store, ForgetfulStore(_trackers=self.store._trackers, _outbox=self.store._outbox)
        with pytest.raises(TransientError):
            self.publish()
        self.store = kept

    @property
    def evidence(self) -> list[str]:
        return [one.body for one in self.deployment.comments(7) if "mibot:evidence" in one.body]

    @property
    def alarms(self) -> list[str]:
        return [one.body for one in self.issues.comments(self.tracker)]

    @property
    def pending(self) -> Sequence[Notification]:
        return self.store.pending_notifications("rctest", TO)

    def forget(self) -> None:
        """Lose every note of what was published."""
        self.store._upgrades.clear()
