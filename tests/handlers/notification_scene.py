"""A pull request, a tracker and a store in memory, and the handler that publishes notifications."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.github_models import CheckRun, Comment
from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import Publish
from bot.domain.upgrade.record import StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.handlers.notifications import NotificationHandler
from bot.notifications import all_channels
from bot.ports.errors import ExternalError, NotFoundError, TransientError
from bot.services.fleet_reader import FleetReader
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
    reports: dict[tuple[str, str], CheckRun] = field(default_factory=dict)
    labels: dict[int, set[str]] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    bot_login: str = "mibot[bot]"
    _comments: dict[int, Comment] = field(default_factory=dict)

    # What people do

    def say(self, number: int, body: str, author: str = "dana") -> Comment:
        comment = 500 + len(self._comments)
        by_bot = author.endswith("[bot]")
        self._comments[comment] = Comment(comment, number, body, author, by_bot, "https://x", NOW, NOW)
        return self._comments[comment]

    def delete(self, comment: int) -> None:
        del self._comments[comment]

    # What mibot asks for

    def pull_comments(self, number: int) -> Sequence[Comment]:
        return [comment for comment in self._comments.values() if comment.issue == number]

    def comment_on_pull(self, number: int, body: str) -> Comment:
        self._write("comment")
        return self.say(number, body, "mibot[bot]")

    def edit_pull_comment(self, comment: int, body: str) -> None:
        self._write("edit")
        if comment not in self._comments:
            raise NotFoundError(PlainText("there is no such comment"))
        self._comments[comment] = replace(self._comments[comment], body=body)

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        self._write("label")
        self.labels.setdefault(number, set()).update(labels)

    def publish_check_run(self, commit: str, report: CheckRun) -> None:
        self._write("report")
        self.reports[commit, report.name] = report

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
        posts = PostPublisher(here, here, here, self.issues)
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
        return [one.body for one in self.deployment.pull_comments(7) if "mibot:evidence" in one.body]

    @property
    def alarms(self) -> list[str]:
        return [one.body for one in self.issues.comments(self.tracker)]

    @property
    def pending(self) -> Sequence[Notification]:
        return self.store.pending_notifications("rctest", TO)

    def forget(self) -> None:
        """Lose every note of what was published."""
        self.store._upgrades.clear()
