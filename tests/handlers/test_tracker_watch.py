"""Trackers that people close, reopen, delete or transfer: nothing starts, and mibot says so once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.effects import Effect
from bot.domain.github_models import Issue
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker, WatchTracker
from bot.domain.tracker.record import TrackerRecord, TrackerState
from bot.domain.upgrade.effects import AdvancePreparation
from bot.domain.upgrade.record import Stage
from bot.handlers.tracker_watch import TrackerWatchHandler
from bot.handlers.trackers import TrackerHandler
from bot.ports.errors import NotFoundError, TransientError
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments
from bot.services.reconciler import Reconciler
from bot.services.tracker_states import TrackerStates
from demo.fleet import make_fleet
from tests.ports import MemoryCreations, MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams
from tests.samples import preparation, upgrade, version

TO = version("3.40.1")
WATCH = WatchTracker("3.40.1")
GOES_ON = [RefreshTracker("3.40.1"), AdvancePreparation("3.40.1"), Schedule()]


class Scene:
    """A release issue, its tracker, and an upgrade that waits."""

    def __init__(self) -> None:
        self.issues, self.store = MemoryIssues(), MemoryStore()
        creator = Creator(MemoryCreations(), lambda: self.issues.now, 30.0)
        operators = Operators(MemoryTeams({}), ())
        comments = OwnComments(self.issues, creator, "comment")
        fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
        self.trackers = TrackerHandler(
            self.issues,
            comments,
            creator,
            self.store,
            fleets,
            lambda: self.issues.now,
            label="team/cloud",
            operators=operators,
        )
        states = TrackerStates(self.issues, "team/cloud")
        self.handler = TrackerWatchHandler(states, comments, self.store)
        self.reconciler = Reconciler(self.issues, self.store, "team/cloud", lambda: self.issues.now)
        self.reconciler.record_install()
        self.release = self.issues.open("Release 3.40.1", "", ["team/cloud"]).number
        self.trackers.ensure(EnsureTracker("3.40.1", self.release, "dana"))
        self.store.save_upgrade(upgrade(stage=Stage.WAITING))

    @property
    def record(self) -> TrackerRecord:
        record = self.store.tracker(TO)
        assert record is not None
        return record

    def watch(self) -> list[Effect]:
        return self.handler.watch(WATCH)

    def told(self, issue: int) -> list[str]:
        return [c.body for c in self.issues.comments(issue) if "<!-- mibot:stopped" in c.body]

    def sweep(self) -> list[Effect]:
        sweep = self.reconciler.sweep()
        self.reconciler.save_cursors(sweep)
        return list(sweep.effects)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_open_tracker_is_no_news(scene: Scene) -> None:
    assert scene.watch() == []
    assert scene.told(scene.record.issue) == []


def test_a_closed_one_says_once_that_nothing_starts(scene: Scene) -> None:
    scene.issues.close(scene.record.issue)
    assert scene.watch() == GOES_ON
    assert scene.watch() == []
    assert scene.record.state is TrackerState.CLOSED
    (words,) = scene.told(scene.record.issue)
    assert "reopened" in words


def test_it_goes_on_when_it_is_reopened_and_says_it_again_the_next_time(scene: Scene) -> None:
    scene.issues.close(scene.record.issue)
    scene.watch()
    scene.issues.reopen(scene.record.issue)
    assert scene.watch() == GOES_ON
    assert scene.record.state is TrackerState.OPEN
    scene.issues.now += timedelta(hours=1)
    scene.issues.close(scene.record.issue)
    scene.watch()
    assert len(scene.told(scene.record.issue)) == 2


def test_a_crash_after_the_comment_does_not_say_it_twice(scene: Scene) -> None:
    scene.issues.close(scene.record.issue)
    scene.watch()
    scene.store.save_tracker(replace(scene.record, told=False, state=TrackerState.OPEN))
    scene.watch()
    assert len(scene.told(scene.record.issue)) == 1


def test_a_rollout_that_is_over_is_closed_without_a_word(scene: Scene) -> None:
    scene.store.save_upgrade(upgrade(stage=Stage.DONE))
    scene.issues.close(scene.record.issue)
    scene.watch()
    assert scene.told(scene.record.issue) == []
    scene.store.save_upgrade(upgrade("demo", stage=Stage.WAITING))
    scene.watch()
    assert len(scene.told(scene.record.issue)) == 1, "somebody orders an upgrade of a closed tracker"


def test_a_deleted_one_is_told_on_the_release_issue_and_never_asked_for_again(scene: Scene) -> None:
    tracker = scene.record.issue
    scene.store.save_preparation(preparation("3.40.1"))
    scene.issues.delete(tracker)
    assert scene.trackers.refresh(RefreshTracker("3.40.1")) == [WATCH]
    scene.watch()
    (words,) = scene.told(scene.release)
    assert "/adopt" in words
    assert f"#{tracker}" in words
    assert scene.record.state is TrackerState.GONE
    scene.store.save_preparation(preparation("3.40.1", stage=preparation().stage.REQUESTED))
    assert scene.sweep() == [], "there is nothing to look at"
    assert scene.trackers.refresh(RefreshTracker("3.40.1")) == []
    assert scene.watch() == []
    assert len(scene.told(scene.release)) == 1


def test_when_the_release_issue_is_gone_too_only_the_replies_say_it(scene: Scene) -> None:
    scene.issues.delete(scene.record.issue)
    scene.issues.delete(scene.release)
    assert scene.watch() == GOES_ON
    assert scene.watch() == []


def test_a_repository_out_of_reach_is_not_a_deleted_tracker(scene: Scene) -> None:
    scene.issues.delete(scene.record.issue)
    scene.issues.down = NotFoundError(PlainText("404"))
    with pytest.raises(TransientError):
        scene.watch()
    assert scene.record.state is TrackerState.OPEN


def test_one_that_the_list_still_shows_is_not_gone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's parts disagree for a moment, and what counts as gone stays so."""

    def not_found(_number: int) -> Issue:
        raise NotFoundError(PlainText("404"))

    with monkeypatch.context() as patch:
        patch.setattr(scene.issues, "issue", not_found)
        with pytest.raises(TransientError):
            scene.watch()
    assert scene.record.state is TrackerState.OPEN
    assert scene.watch() == []


def test_a_new_order_opens_a_new_tracker_and_links_it_where_the_old_one_was_linked(scene: Scene) -> None:
    old = scene.record.issue
    scene.issues.now += timedelta(minutes=1)
    scene.issues.delete(old)
    scene.watch()
    assert Schedule() in scene.trackers.ensure(EnsureTracker("3.40.1", 0, "dana"))
    new = scene.record.issue
    assert new != old
    assert scene.record.state is TrackerState.OPEN
    announcements = [c.body for c in scene.issues.comments(scene.release) if "<!-- mibot:announcement" in c.body]
    assert len(announcements) == 1
    assert f"#{new}" in announcements[0]
    assert scene.trackers.refresh(RefreshTracker("3.40.1")) == []
    assert "rctest" in scene.issues.issue(new).body


def test_whoever_reopens_the_tracker_lets_it_go_on(scene: Scene) -> None:
    scene.issues.close(scene.record.issue)
    scene.watch()
    scene.issues.reopen(scene.record.issue)
    assert scene.trackers.ensure(EnsureTracker("3.40.1", scene.record.issue, "dana")) == [WATCH]
    assert scene.record.announced == (scene.release,)


def test_a_continuation_that_people_deleted_is_written_anew(scene: Scene) -> None:
    scene.store.save_tracker(replace(scene.record, parts=(404,), dirty=5))
    assert scene.trackers.refresh(RefreshTracker("3.40.1")) == [RefreshTracker("3.40.1")]
    assert scene.record.parts == ()
    assert scene.trackers.refresh(RefreshTracker("3.40.1")) == []
    assert "rctest" in scene.issues.issue(scene.record.issue).body
