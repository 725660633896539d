"""`/backup` begins copies once, looks until they are ready, and says so in its reply; so are its faults told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.domain.chat.effects import BackUpNow, RefreshReply
from bot.domain.chat.replies import BackupProgress, Reply
from bot.domain.effects import Effect
from bot.domain.health.model import CloudConfig
from bot.domain.reasons import PlainText
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState
from bot.domain.upgrade.deploy_policy import DeployPolicy
from bot.handlers.backups import BackupHandler
from bot.handlers.replies import ReplyHandler
from bot.ports.errors import ExternalError, NotFoundError, PermanentError, TransientError
from bot.services.deployments import DeploymentService
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.own_comments import OwnComments
from demo.fleet import make_fleet
from tests import rendered as rendering
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, make_creator
from tests.samples import NOW, version

POLICY = DeployPolicy(poll=15, backup_timeout=1800, keep_backups=3)
DATABASE, DISK = BackupKind.DATABASE, BackupKind.DISK


@dataclass
class MemoryBackups:
    """Google's copies: those of an order are made once, by its mark. `state` is how they stand now, `down` is raised
    instead."""

    now: datetime = NOW
    state: BackupState = BackupState.RUNNING
    down: ExternalError | None = None
    old: tuple[Backup, ...] = ()
    kept: list[int] = field(default_factory=list)
    orders: list[BackupRequest] = field(default_factory=list)
    _made: dict[str, datetime] = field(default_factory=dict)

    def ensure(self, order: BackupRequest) -> Sequence[Backup]:
        if self.down:
            raise self.down
        self.orders.append(order)
        made_at = self._made.setdefault(order.request_id, self.now)
        return [
            Backup(DATABASE, "sql", "1234", self.state, made_at),
            Backup(DISK, "data", f"{order.request_id}-data", self.state, made_at),
        ]

    def beyond_retention(self, order: BackupRequest, keep: int) -> Sequence[Backup]:  # noqa: ARG002 - the port's
        self.kept.append(keep)
        return self.old

    @property
    def marks(self) -> set[str]:
        return set(self._made)


class Scene:
    """A comment with `/backup rctest demo`, the reply to it, and Google."""

    def __init__(self) -> None:
        nobody = cast(Any, None)  # who plans, checks and deploys has no part in it
        self.issues = MemoryIssues()
        self.store = MemoryStore()
        self.backups = MemoryBackups()
        self.issue = self.issues.open("3.40.1").number
        self.comment = self.issues.say(self.issue, "/backup rctest demo").id
        items = (BackupProgress("rctest"), BackupProgress("demo"))
        self.store.save_reply(Reply(self.comment, self.issue, "dana", items))
        fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
        examiner = HealthCheckRunner(fleets, CloudConfig(), nobody, self.clock)
        deployer = DeploymentService(
            self.store, fleets, nobody, self.backups, examiner, CloudConfig(zone="us-east1-b"), POLICY, self.clock
        )
        self.handler = BackupHandler(self.store, deployer, self.backups, self.clock)
        self.replies = ReplyHandler(OwnComments(self.issues, make_creator(), "comment"), self.store, fleets)

    def clock(self) -> datetime:
        return self.backups.now

    def passes(self, seconds: float) -> None:
        self.backups.now += timedelta(seconds=seconds)

    def back_up(self, slug: str = "rctest", seconds: float = 0.0) -> list[Effect]:
        found = self.handler.back_up_now(BackUpNow(self.comment, slug, seconds))
        self.replies.refresh(RefreshReply(self.comment))
        return found

    @property
    def again(self) -> list[Effect]:
        return [RefreshReply(self.comment), BackUpNow(self.comment, "rctest", POLICY.poll)]

    @property
    def over(self) -> list[Effect]:
        return [RefreshReply(self.comment)]

    @property
    def said(self) -> str:
        """The reply as a reader reads it."""
        reply = self.store.reply(self.comment)
        assert reply is not None
        assert reply.written is not None
        return rendering.reader_text(self.issues.comment(reply.written).body)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_copies_that_run_are_shown_and_looked_at_again(scene: Scene) -> None:
    assert scene.back_up() == scene.again
    assert "rctest.sourcegraph.com, backup:" in scene.said
    assert "Cloud SQL backup 1234, running, 2026-01-05 09:00:00 UTC" in scene.said
    assert "demo.sourcegraph.com, backup: starting …" in scene.said, "each instance has its own job"


def test_when_they_are_ready_nobody_looks_any_more(scene: Scene) -> None:
    for _ in range(3):
        assert scene.back_up() == scene.again
        scene.passes(POLICY.poll)
    scene.backups.state = BackupState.READY
    assert scene.back_up() == scene.over
    assert "Cloud SQL backup 1234, ready, 2026-01-05 09:00:00 UTC" in scene.said
    assert "can't" not in scene.said


def test_each_look_is_for_the_same_copies(scene: Scene) -> None:
    """So that a look that is taken twice makes no second ones."""
    for _ in range(4):
        scene.back_up()
        scene.passes(POLICY.poll)
    assert scene.backups.marks == {f"mibot-backup-{scene.comment}"}
    assert len(set(scene.backups.orders)) == 1


def test_another_command_is_for_others(scene: Scene) -> None:
    scene.back_up()
    other = scene.issues.say(scene.issue, "/backup rctest").id
    scene.store.save_reply(Reply(other, scene.issue, "dana", (BackupProgress("rctest"),)))
    scene.handler.back_up_now(BackUpNow(other, "rctest"))
    assert scene.backups.marks == {f"mibot-backup-{scene.comment}", f"mibot-backup-{other}"}


def test_it_says_where_what_it_backs_up_is_found(scene: Scene) -> None:
    scene.back_up("demo")
    (order,) = scene.backups.orders
    assert (order.project, order.zone, order.slug) == ("sourcegraph-managed-demo", "us-east1-b", "demo")
    assert order.machine.startswith("default-")
    assert order.request_id == order.request_id.lower()
    assert len(order.request_id) <= 40


def test_it_is_labeled_with_the_version_and_the_issue_it_was_asked_for_on(scene: Scene) -> None:
    scene.back_up("demo")
    scene.store.save_tracker(TrackerRecord(version("3.40.1"), scene.issue, "https://x", "dana"))
    scene.back_up("demo")
    asked = [(order.slug, order.version, order.tracker) for order in scene.backups.orders]
    assert asked == [("demo", "3.40.0", str(scene.issue)), ("demo", "3.40.1", str(scene.issue))]


def test_older_copies_are_listed_beyond_those_that_are_kept_in_mind(scene: Scene) -> None:
    scene.backups.old = (Backup(DISK, "data", "mibot-old", BackupState.READY, NOW - timedelta(days=90)),)
    scene.back_up()
    assert scene.backups.kept == [POLICY.keep_backups]
    assert "mibot-old, ready, 2025-10-07 09:00:00 UTC" in scene.said


def test_a_copy_that_failed_is_told_and_not_begun_anew(scene: Scene) -> None:
    scene.back_up()
    scene.backups.state = BackupState.FAILED
    assert scene.back_up() == scene.over
    assert "Cloud SQL backup 1234, failed" in scene.said


@pytest.mark.parametrize(
    "error",
    [
        PermanentError(PlainText("Google does not let mibot do that.")),
        NotFoundError(PlainText("there is no such disk")),
    ],
)
def test_a_refusal_is_told_and_ends_it(scene: Scene, error: ExternalError) -> None:
    scene.backups.down = error
    assert scene.back_up() == scene.over
    assert f"The backup did not complete: {str(error).rstrip('.')}." in scene.said
    assert "rctest.sourcegraph.com, backup: starting" not in scene.said


def test_a_refusal_later_on_keeps_what_was_known(scene: Scene) -> None:
    scene.back_up()
    scene.backups.down = PermanentError(PlainText("Google does not let mibot do that."))
    assert scene.back_up() == scene.over
    assert "Cloud SQL backup 1234, running" in scene.said
    assert "The backup did not complete" in scene.said


def test_an_instance_that_can_not_be_read_any_more_is_told(scene: Scene) -> None:
    gone = (BackupProgress("amber-gone"),)
    scene.store.save_reply(Reply(scene.comment, scene.issue, "dana", gone))
    assert scene.back_up("amber-gone") == scene.over
    assert "its folder is no longer in the deployment repository: if it was renamed, order" in scene.said
    assert "amber" not in scene.said


def test_what_may_pass_is_left_to_the_engine_and_changes_nothing(scene: Scene) -> None:
    scene.back_up()
    before = scene.store.reply(scene.comment)
    scene.backups.down = TransientError(PlainText("Google answered 503."))
    with pytest.raises(TransientError):
        scene.back_up()
    assert scene.store.reply(scene.comment) == before


def test_copies_that_never_become_ready_are_told_in_the_end(scene: Scene) -> None:
    scene.back_up()
    scene.passes(POLICY.backup_timeout - 1)
    assert scene.back_up() == scene.again
    scene.passes(2)
    assert scene.back_up() == scene.over
    assert "the backups are not ready after 1800 seconds" in scene.said
    assert "Cloud SQL backup 1234, running" in scene.said


def test_what_became_ready_while_mibot_was_down_is_not_called_late(scene: Scene) -> None:
    scene.back_up()
    scene.passes(POLICY.backup_timeout + 1)
    scene.backups.state = BackupState.READY
    assert scene.back_up() == scene.over
    assert "Cloud SQL backup 1234, ready" in scene.said
    assert "the backups are not ready" not in scene.said


def test_a_job_that_is_run_again_while_they_run_tells_the_same(scene: Scene) -> None:
    scene.back_up()
    said = scene.said
    assert scene.back_up() == scene.again
    assert scene.said == said
    assert len(scene.issues.comments(scene.issue)) == 2, "one reply"


def test_each_instance_of_a_command_has_its_own_place_in_the_reply(scene: Scene) -> None:
    scene.backups.state = BackupState.READY
    scene.back_up()
    scene.backups.down = PermanentError(PlainText("there is no such disk"))
    scene.back_up("demo")
    first, _, second = scene.said.partition("demo.sourcegraph.com")
    assert "1234, ready" in first
    assert "there is no such disk" in second


def test_without_its_reply_or_its_place_in_it_nothing_is_begun(scene: Scene) -> None:
    assert scene.handler.back_up_now(BackUpNow(4711, "rctest")) == []
    assert scene.handler.back_up_now(BackUpNow(scene.comment, "tpgi")) == []
    assert scene.backups.orders == []
