"""The worker turns jobs into effects and their faults into patience, and its sweeps into no more jobs than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from bot.domain.chat.effects import AddReaction, BackUpNow, CheckNow, HandleComment, PlanNow, RefreshReply
from bot.domain.chat.replies import Paragraph, Reply
from bot.domain.effects import Effect
from bot.domain.flow.events import (
    CommentCreated,
    CommitChecksChanged,
    Event,
    IssueLabeled,
    UpgradeChanged,
    WorkflowRunChanged,
)
from bot.domain.flow.jobs import Done, InternalError, Job, RetryLater, StoredReason
from bot.domain.github_models import Comment, Issue
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import CancelUpgrades, Schedule, StartUpgrades
from bot.domain.tracker.effects import (
    AskAboutRelease,
    EnsureTracker,
    NoteTrackerEdit,
    RefreshTracker,
    WatchTracker,
)
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.check_effects import ReportMergeGroup, ReportUnrelated
from bot.domain.upgrade.effects import (
    Advance,
    AdvancePreparation,
    CancelPreparation,
    CancelUpgrade,
    MarkDeployed,
    Poll,
    Prepare,
    Publish,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
)
from bot.domain.upgrade.record import Stage
from bot.domain.versions import Version
from bot.formats.documents import DocumentError, tag_of
from bot.formats.markdown import Markdown
from bot.handlers.events import EventHandler
from bot.ports.errors import (
    ConflictError,
    ExternalError,
    NeedsPersonError,
    NotFoundError,
    PermanentError,
    TransientError,
)
from bot.schema import CODEC, JobContent
from bot.services.reconciler import Reconciler
from bot.worker import HELD_PAUSE, Worker, job_of_effect, job_of_event
from tests import samples
from tests.fakes_engine import MemoryEngine, ScriptedDispatcher
from tests.ports import MemoryIssues, MemoryStore
from tests.schema.everything import EFFECT_CLASSES

V = Version(3, 40, 1)
LABEL = "team/cloud"
ADVANCE = Advance("rctest", "3.40.1")
EVERY_EFFECT: list[Effect] = [
    AddReaction(9),
    HandleComment(9, 12, "3.40.1", "/upgrade rctest", "dana"),
    RefreshReply(9),
    CheckNow(9, "rctest"),
    EnsureTracker("3.40.1", 12, "dana"),
    RefreshTracker("3.40.1"),
    StartUpgrade("rctest", "3.40.1", "dana", 12),
    StartUpgrades(("rctest", "demo"), "3.40.1", "dana", 12, "a reason"),
    Schedule(),
    StartRollback("rctest", "3.40.1", "dana", "slow"),
    Prepare("3.40.1", "dana", asked=True, accept=True),
    AdvancePreparation("3.40.1"),
    PlanNow(9, "rctest", "3.40.1"),
    ADVANCE,
    Recheck("rctest", "3.40.1", "dana", "I signed in"),
    Poll("rctest", "3.40.1", 15.0),
    Publish("rctest", "3.40.1"),
    MarkDeployed("rctest", "3.40.1", "dana", 1),
    Retry("rctest", "3.40.1", "dana", 1),
    BackUpNow(9, "rctest", 15.0),
    ReportMergeGroup("f" * 40, "gh-readonly-queue/main/pr-7"),
    ReportUnrelated("f" * 40),
    NoteTrackerEdit("3.40.1"),
    CancelPreparation("3.40.1", "dana", "wrong", 9),
    CancelUpgrade("rctest", "3.40.1", "dana", "wrong", 9),
    CancelUpgrades(("rctest",), "3.40.1", "dana", "wrong", 9),
    WatchTracker("3.40.1"),
    AskAboutRelease("3.40.1", 12),
]


SWEPT = {
    AskAboutRelease,
    WatchTracker,
    AddReaction,
    RefreshReply,
    EnsureTracker,
    RefreshTracker,
    Schedule,
    AdvancePreparation,
    Advance,
    Poll,
    Publish,
}
"""What the sweep finds again by the records or on GitHub."""


class HalfDownIssues(MemoryIssues):
    """Comments can't be listed, issues can."""

    def recent_comments(self, since: datetime) -> Sequence[Comment]:  # noqa: ARG002
        raise TransientError(PlainText("GitHub answered 502."))


class HalfDownTheOtherWay(MemoryIssues):
    """Issues can't be listed, comments can."""

    def list_issues(self, *_: Any, **__: Any) -> Sequence[Issue]:
        raise PermanentError(PlainText("GitHub refused."))


@dataclass
class WorkerHarness:
    """A worker and what it works with."""

    issues: MemoryIssues = field(default_factory=MemoryIssues)
    engine: MemoryEngine = field(default_factory=MemoryEngine)
    dispatcher: ScriptedDispatcher = field(default_factory=ScriptedDispatcher)
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = samples.NOW

    def __post_init__(self) -> None:
        self.reconciler = Reconciler(self.issues, self.store, LABEL, lambda: self.now)
        self.reconciler.record_install()
        self.dispatcher = ScriptedDispatcher([EventHandler(self.store)])
        self.worker = Worker(self.engine, self.dispatcher, self.store, self.reconciler, interval=0.02)
        self.engine.start(self.worker.handle, self.worker.on_failed)

    def handle(self, what: Effect | Event) -> Done | RetryLater:
        payload = CODEC.encode_document(what)
        return self.worker.handle(payload)

    def does(self, does: Callable[[Effect], list[Effect]]) -> None:
        self.dispatcher.does = does


@pytest.fixture
def works() -> WorkerHarness:
    return WorkerHarness()


def fails(error: Exception) -> Callable[[Effect], list[Effect]]:
    def does(_: Effect) -> list[Effect]:
        raise error

    return does


def jobs_of(*wanted: Effect) -> list[Job]:
    return [job_of_effect(effect) for effect in wanted]


# Handling a job


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (IssueLabeled(12, "3.40.1", "dana"), [EnsureTracker("3.40.1", 12, "dana")]),
        (
            CommentCreated(9, 12, "3.40.1", "/help", "dana"),
            [HandleComment(9, 12, "3.40.1", "/help", "dana")],
        ),
        (UpgradeChanged("rctest", "3.40.1"), [ADVANCE]),
        (CommitChecksChanged("f" * 40), [ADVANCE]),
        (CommitChecksChanged("e" * 40), []),
        (WorkflowRunChanged(5, "f" * 40), []),
    ],
)
def test_an_event_is_followed_by_its_effects(works: WorkerHarness, event: Event, wanted: list[Effect]) -> None:
    works.store.save_upgrade(samples.upgrade(head="f" * 40))
    assert works.handle(event) == Done(jobs_of(*wanted))
    assert works.dispatcher.applied == []


@pytest.mark.parametrize("effect", EVERY_EFFECT, ids=lambda effect: type(effect).__name__)
def test_an_effect_is_carried_out_as_it_was_submitted(works: WorkerHarness, effect: Effect) -> None:
    works.does(lambda _: [RefreshTracker("3.40.1")])
    assert works.handle(effect) == Done(jobs_of(RefreshTracker("3.40.1")))
    assert works.dispatcher.applied == [effect]


def test_every_kind_of_effect_is_carried_out() -> None:
    assert {type(effect) for effect in EVERY_EFFECT} == EFFECT_CLASSES


@pytest.mark.parametrize(
    "effect", [Poll("rctest", "3.40.1", 15.0), RefreshTracker("3.40.1", 9.5), BackUpNow(9, "rctest", 30.0)]
)
def test_what_is_to_wait_waits_in_the_engine(works: WorkerHarness, effect: Effect) -> None:
    """Not in a thread, and whatever shares its key runs meanwhile."""
    works.does(lambda applied: [effect] if applied == ADVANCE else [])
    works.engine.submit("d-1", job_of_effect(ADVANCE))
    works.engine.run()
    (job,) = works.engine.waiting.values()
    assert job.delay == effect.delay_seconds > 0
    assert CODEC.decode_document(JobContent, job.payload) == effect


@pytest.mark.parametrize("effect", [ADVANCE, Poll("rctest", "3.40.1"), RefreshTracker("3.40.1"), AddReaction(9)])
def test_everything_else_runs_as_soon_as_it_can(effect: Effect) -> None:
    assert job_of_effect(effect).delay == 0


def test_effects_of_one_key_share_it_as_jobs() -> None:
    assert job_of_effect(ADVANCE).key == job_of_effect(Recheck("rctest", "3.40.1")).key
    assert job_of_effect(ADVANCE).key != job_of_effect(Advance("demo", "3.40.1")).key
    deliveries = {job_of_event(delivery, CommitChecksChanged("f" * 40)).key for delivery in ("a", "b")}
    assert len(deliveries) == 2, "one delivery does not wait for another"


@pytest.mark.parametrize("seconds", [None, 0.0, 61.5])
def test_a_fault_that_may_pass_asks_for_patience(works: WorkerHarness, seconds: float | None) -> None:
    works.does(fails(TransientError(PlainText("GitHub answered 502."), seconds)))
    assert works.handle(ADVANCE) == RetryLater(CODEC.encode_document(PlainText("GitHub answered 502.")), seconds)


@pytest.mark.parametrize(
    "error",
    [
        PermanentError(PlainText("no")),
        NotFoundError(PlainText("gone")),
        ConflictError(PlainText("moved")),
        ExternalError(PlainText("odd")),
    ],
)
def test_a_refusal_ends_the_job_and_is_in_the_log(works: WorkerHarness, error: ExternalError) -> None:
    works.does(fails(error))
    with structlog.testing.capture_logs() as lines:
        assert works.handle(ADVANCE) == Done()
    assert [(line["event"], line["error"]) for line in lines] == [("job_refused", str(error))]


@pytest.mark.parametrize("effect", EVERY_EFFECT, ids=lambda effect: type(effect).__name__)
def test_whatever_no_sweep_finds_again_is_tried_until_it_is_done(works: WorkerHarness, effect: Effect) -> None:
    """AddReaction is for politeness only."""
    works.does(fails(TransientError(PlainText("GitHub answered 502."))))
    outcome = works.handle(effect)
    assert isinstance(outcome, RetryLater)
    assert outcome.until_done is (type(effect) not in SWEPT)


def test_what_nobody_requested_is_left_to_the_sweep(works: WorkerHarness) -> None:
    """Each scheduling asks for it again: attempts at each would pile up."""
    works.does(fails(TransientError(PlainText("GitHub answered 502."))))
    outcome = works.handle(Prepare("3.40.1", "dana", asked=False))
    assert isinstance(outcome, RetryLater)
    assert not outcome.until_done


@pytest.mark.parametrize("effect", [ADVANCE, HandleComment(9, 12, "3.40.1", "/upgrade rctest", "dana")])
def test_what_waits_for_a_person_is_noted_at_once_and_tried_seldom(works: WorkerHarness, effect: Effect) -> None:
    works.dispatcher.shown = [RefreshReply(9)]
    works.does(fails(NeedsPersonError(PlainText("the installation is suspended"))))
    outcome = works.handle(effect)
    assert isinstance(outcome, RetryLater)
    assert outcome.seconds == HELD_PAUSE
    assert works.dispatcher.delays == [(effect, PlainText("the installation is suspended"))]
    assert works.engine.effects == [RefreshReply(9)]


def test_what_a_comment_requests_outlives_a_bug(works: WorkerHarness) -> None:
    """A later version may be able to do it."""
    order = HandleComment(9, 12, "3.40.1", "/upgrade rctest", "dana")
    works.does(fails(KeyError("a bug")))
    with structlog.testing.capture_logs() as lines:
        assert works.handle(order) == RetryLater(CODEC.encode_document(InternalError()), HELD_PAUSE, until_done=True)
    assert [line["event"] for line in lines] == ["job_broke"]


def test_a_refusal_of_what_a_comment_requests_is_noted(works: WorkerHarness) -> None:
    works.does(fails(PermanentError(PlainText("no"))))
    assert works.handle(PlanNow(9, "rctest", "3.40.1")) == Done()
    assert works.dispatcher.delays == [(PlanNow(9, "rctest", "3.40.1"), PlainText("no"))]


def test_a_note_that_fails_ends_no_job(works: WorkerHarness) -> None:
    works.dispatcher.shown = [RefreshReply(9)]
    works.engine.down = TransientError(PlainText("the storage does not answer"))
    works.does(fails(NeedsPersonError(PlainText("suspended"))))
    assert isinstance(works.handle(ADVANCE), RetryLater)


def test_a_bug_is_told_and_not_hidden(works: WorkerHarness) -> None:
    works.does(fails(KeyError("a bug")))
    with structlog.testing.capture_logs() as lines, pytest.raises(KeyError):
        works.handle(ADVANCE)
    assert "job_broke" in [line["event"] for line in lines]
    assert works.dispatcher.delays == [(ADVANCE, InternalError())]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"effect": "NoSuchThing"},
        {"event": "NoSuchThing"},
        {"effect": "React"},
        {"schema": 2},
        {"schema": 2, "kind": "no_such_thing"},
        {"schema": 2, "kind": "comment.react"},
    ],
)
def test_a_job_that_this_version_does_not_understand_is_a_bug_too(
    works: WorkerHarness, payload: dict[str, Any]
) -> None:
    with structlog.testing.capture_logs() as lines, pytest.raises(DocumentError):
        works.worker.handle(payload)
    assert [line["event"] for line in lines] == ["job_unreadable"]


def test_a_job_that_a_newer_version_left_waits_for_it(works: WorkerHarness) -> None:
    outcome = works.worker.handle({**CODEC.encode_document(ADVANCE), "schema": 99})
    assert isinstance(outcome, RetryLater)
    assert works.dispatcher.applied == []


def test_jobs_are_counted_by_how_they_ended(works: WorkerHarness) -> None:
    def count(outcome: str) -> float:
        return REGISTRY.get_sample_value("mibot_jobs_total", {"kind": "upgrade.advance", "outcome": outcome}) or 0.0

    before = {outcome: count(outcome) for outcome in ("done", "delayed", "refused", "broke")}
    works.handle(ADVANCE)
    works.does(fails(TransientError(PlainText("later"))))
    works.handle(ADVANCE)
    works.does(fails(PermanentError(PlainText("no"))))
    works.handle(ADVANCE)
    works.does(fails(KeyError()))
    with pytest.raises(KeyError):
        works.handle(ADVANCE)
    assert {outcome: count(outcome) - before[outcome] for outcome in before} == dict.fromkeys(before, 1.0)


# Giving up


@pytest.mark.parametrize(
    "reason", ["GitHub answered 502.", CODEC.encode_document(PlainText("GitHub answered 502."))], ids=["old", "new"]
)
@pytest.mark.parametrize(
    "effect",
    [
        ADVANCE,
        StartUpgrade("rctest", "3.40.1", "dana", 12),
        Recheck("rctest", "3.40.1"),
        Poll("rctest", "3.40.1", 15.0),
        Retry("rctest", "3.40.1", "dana", 1),
        MarkDeployed("rctest", "3.40.1", "dana", 1),
        StartRollback("rctest", "3.40.1", "dana", "slow"),
        Prepare("3.40.1", "dana"),
        AdvancePreparation("3.40.1"),
    ],
)
def test_giving_up_is_noted_on_the_upgrade_and_shown(
    works: WorkerHarness, effect: Effect, reason: StoredReason
) -> None:
    works.dispatcher.shown = [RefreshReply(9), RefreshTracker("3.40.1")]
    works.worker.on_failed(CODEC.encode_document(effect), reason)
    assert works.dispatcher.delays == [(effect, PlainText("GitHub answered 502."))]
    assert works.engine.effects == [RefreshReply(9), RefreshTracker("3.40.1")]


@pytest.mark.parametrize(
    "what", [CommitChecksChanged("f" * 40), AddReaction(9), RefreshReply(9), EnsureTracker("3.40.1", 1, "dana")]
)
def test_giving_up_anything_else_is_in_the_log(works: WorkerHarness, what: Effect | Event) -> None:
    payload = CODEC.encode_document(what)
    with structlog.testing.capture_logs() as lines:
        works.worker.on_failed(payload, "GitHub answered 502.")
    assert [(line["event"], line["kind"]) for line in lines] == [("job_gave_up", tag_of(what))]
    assert works.dispatcher.delays == ([] if isinstance(what, Event) else [(what, PlainText("GitHub answered 502."))])
    assert not works.engine.waiting


# Sweeping


def unfinished_work(works: WorkerHarness) -> list[Effect]:
    """One of each that a sweep finds in our own records; the effects that take it up."""
    works.store.save_upgrade(samples.upgrade("rctest", stage=Stage.OPEN))
    works.store.save_upgrade(samples.upgrade("demo", stage=Stage.DONE))
    works.store.save_reply(Reply(9, 12, "dana", (Paragraph(Markdown("words")),)))
    works.store.save_reply(Reply(8, 12, "dana", (), written=80))
    works.store.save_tracker(TrackerRecord(V, 13, "https://github.test/13", "dana", dirty=2, clean=1))
    return [ADVANCE, RefreshReply(9), RefreshTracker("3.40.1")]


def test_what_is_unfinished_is_taken_up(works: WorkerHarness) -> None:
    wanted = unfinished_work(works)
    works.worker.sweep()
    assert works.engine.effects == wanted


def test_what_no_webhook_told_is_found(works: WorkerHarness) -> None:
    works.issues.open("3.40.1 upgrade", labels=[LABEL])
    works.issues.open("3.40.2 upgrade", labels=["bug"])
    asked = works.issues.say(1, "/upgrade rctest")
    works.issues.say(1, "/upgrade demo", author="robot[bot]")
    works.issues.say(1, "/upgrade demo", edited=True)
    works.issues.say(1, "just words")
    works.issues.say(2, "/upgrade demo")
    works.worker.sweep()
    assert works.engine.effects == [
        HandleComment(asked.id, 1, "3.40.1", "/upgrade rctest", "dana", "sweep"),
        EnsureTracker("3.40.1", 1, "dana"),
    ]


def test_sweeps_pile_nothing_up_while_a_job_is_unfinished(works: WorkerHarness) -> None:
    wanted = unfinished_work(works)
    for _ in range(5):
        works.worker.sweep()
    assert works.engine.effects == wanted
    works.does(fails(TransientError(PlainText("GitHub answered 502."))))
    works.engine.run()  # they will be tried later
    works.worker.sweep()
    assert works.engine.effects == wanted


def test_what_was_done_without_a_result_is_taken_up_again(works: WorkerHarness) -> None:
    wanted = unfinished_work(works)
    works.worker.sweep()
    works.engine.finish()
    works.worker.sweep()
    assert works.engine.effects == wanted


def test_what_is_found_again_after_it_was_gone_is_a_new_job(works: WorkerHarness) -> None:
    works.store.save_upgrade(samples.upgrade(stage=Stage.OPEN))
    works.worker.sweep()
    works.store.save_upgrade(samples.upgrade(stage=Stage.DONE))
    works.worker.sweep()
    works.engine.finish()
    works.store.save_upgrade(samples.upgrade(stage=Stage.OPEN))
    works.worker.sweep()
    assert ADVANCE in works.engine.effects


@pytest.mark.parametrize(
    ("issues", "found"),
    [(HalfDownIssues(), "EnsureTracker"), (HalfDownTheOtherWay(), "HandleComment")],
    ids=["comments", "issues"],
)
def test_a_part_that_fails_keeps_no_other_from_being_found(issues: MemoryIssues, found: str) -> None:
    works = WorkerHarness(issues=issues)
    wanted = unfinished_work(works)
    issue = issues.open("3.41.0 upgrade", labels=[LABEL])
    issues.say(issue.number, "/help")
    with structlog.testing.capture_logs() as lines:
        works.worker.sweep()
    assert set(wanted) <= set(works.engine.effects)
    assert found in {type(effect).__name__ for effect in works.engine.effects}
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == ["sweep_incomplete"]


def test_what_could_not_be_looked_at_is_looked_at_from_where_it_was_left(works: WorkerHarness) -> None:
    works.worker.sweep()
    first = works.store.cursor("comments")
    works.now += timedelta(hours=1)
    works.issues.down = TransientError(PlainText("GitHub answered 502."))
    works.worker.sweep()
    assert works.store.cursor("comments") == first
    works.issues.down = None
    works.worker.sweep()
    assert works.store.cursor("comments") == works.now


def test_nothing_counts_as_looked_at_before_what_was_found_is_durable(works: WorkerHarness) -> None:
    works.issues.open("3.40.1 upgrade", labels=[LABEL])
    works.engine.down = TransientError(PlainText("the storage does not answer"))
    with pytest.raises(TransientError):
        works.worker.sweep()
    assert works.store.cursor("issues") is None
    works.engine.down = None
    works.worker.sweep()
    assert works.engine.effects == [EnsureTracker("3.40.1", 1, "dana")]


def test_a_sweep_forgets_old_jobs_and_measures(works: WorkerHarness) -> None:
    unfinished_work(works)
    works.worker.sweep()
    assert len(works.engine.forgotten_before) == 1
    assert REGISTRY.get_sample_value("mibot_jobs_waiting") == 3
    assert REGISTRY.get_sample_value("mibot_upgrades", {"stage": "done"}) == 1
    assert REGISTRY.get_sample_value("mibot_upgrades", {"stage": "failed"}) == 0
    assert time.time() - (REGISTRY.get_sample_value("mibot_last_sweep_timestamp_seconds") or 0) < 60


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_sweep_that_fails_in_part_does_not_look_healthy() -> None:
    works = WorkerHarness(issues=HalfDownIssues())
    before = metric("mibot_last_sweep_timestamp_seconds"), metric("mibot_sweep_failures_total", part="comments")
    part_before = metric("mibot_last_sweep_part_timestamp_seconds", part="comments")
    works.worker.sweep()
    assert metric("mibot_last_sweep_timestamp_seconds") == before[0]
    assert metric("mibot_sweep_failures_total", part="comments") == before[1] + 1
    assert metric("mibot_last_sweep_part_timestamp_seconds", part="comments") == part_before
    assert time.time() - metric("mibot_last_sweep_part_timestamp_seconds", part="issues") < 60
    assert works.store.cursor("complete") is None
    works.reconciler._issues = works.reconciler._comments._issues = MemoryIssues()
    works.worker.sweep()
    assert metric("mibot_last_sweep_timestamp_seconds") > before[0]
    assert works.store.cursor("complete") == works.now


def test_a_bug_in_one_part_keeps_no_other_from_looking(works: WorkerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = unfinished_work(works)

    def broken(*_: object) -> Any:
        raise KeyError("a bug")

    monkeypatch.setattr(works.store, "unwritten_replies", broken)
    before = metric("mibot_sweep_failures_total", part="replies")
    works.worker.sweep()
    assert works.engine.effects == [effect for effect in wanted if not isinstance(effect, RefreshReply)]
    assert metric("mibot_sweep_failures_total", part="replies") == before + 1


def test_sweeps_go_on_whatever_happens_until_the_worker_stops(
    works: WorkerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    enough = threading.Event()

    def sweep() -> Any:
        seen.append(1)
        if len(seen) >= 4:
            enough.set()
        raise [TransientError(PlainText("down")), KeyError("a bug")][len(seen) % 2]

    monkeypatch.setattr(works.reconciler, "sweep", sweep)
    works.worker.start()
    assert enough.wait(5)
    works.worker.stop()
    assert works.engine.stopped
    time.sleep(0.1)
    count = len(seen)
    time.sleep(0.1)
    assert len(seen) == count


def test_a_delivery_runs_to_its_end_and_the_next_sweep_finds_nothing(works: WorkerHarness) -> None:
    upgrade = samples.upgrade(head="f" * 40, stage=Stage.OPEN)
    works.store.save_upgrade(upgrade)

    def merge(effect: Effect) -> list[Effect]:
        if effect == ADVANCE:
            works.store.save_upgrade(replace(upgrade, stage=Stage.DONE))
            return [RefreshTracker("3.40.1")]
        return []

    works.does(merge)
    works.engine.submit("d-1", job_of_event("d-1", CommitChecksChanged("f" * 40)))
    while works.engine.waiting:
        works.engine.run()
    assert works.dispatcher.applied == [ADVANCE, RefreshTracker("3.40.1")]
    works.worker.sweep()
    assert works.engine.effects == []
