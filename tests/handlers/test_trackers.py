"""Trackers keep up with their upgrades without an edit for each thing that happens: edits are bundled."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.effects import Effect
from bot.domain.reasons import PlainText
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.tracker.layout import TrackerTooLong
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Stage, Upgrade
from bot.formats.markdown import MAX_BODY_LENGTH
from bot.handlers.trackers import TrackerHandler
from bot.ports.errors import NeedsPersonError, PermanentError
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams
from tests.samples import NOW, modify, upgrade, version

TO = version("3.40.1")
REFRESH = RefreshTracker("3.40.1")
INTERVAL = 10.0
LAG = 30.0
FLEETS = FleetReader(MemoryFleetSource(make_fleet(12)))


@dataclass
class RecordingIssues(MemoryIssues):
    """Issues, and when their bodies were edited."""

    edits: list[datetime] = field(default_factory=list)

    def edit_issue(self, number: int, body: str) -> None:
        self.edits.append(self.now)
        super().edit_issue(number, body)


class Scene:
    """A tracker that shows how things stand, and a clock that both GitHub and mibot go by."""

    def __init__(self) -> None:
        self.issues = RecordingIssues()
        self.store = MemoryStore()
        self.creator = Creator(self.store, lambda: self.issues.now, LAG)
        self.restart()
        self.does(EnsureTracker("3.40.1", 0, "dana"))
        self.does(REFRESH)
        self.issues.edits.clear()
        self.settle(now=NOW - timedelta(hours=1))
        self.issues.now = NOW

    def restart(self) -> None:
        """The process begins anew, and knows what is in the records only."""
        self.keeper = TrackerHandler(
            self.issues,
            OwnComments(self.issues, self.creator, "comment"),
            self.creator,
            self.store,
            FLEETS,
            lambda: self.issues.now,
            label="team/cloud",
            operators=Operators(MemoryTeams({}), ()),
            interval=INTERVAL,
        )

    def does(self, effect: EnsureTracker | RefreshTracker) -> list[Effect]:
        if isinstance(effect, EnsureTracker):
            return self.keeper.ensure(effect)
        return self.keeper.refresh(effect)

    def settle(self, now: datetime) -> None:
        """The tracker was edited last at that time."""
        self.store.save_tracker(replace(self.record, edited_at=now))

    def passes(self, seconds: float) -> None:
        self.issues.now += timedelta(seconds=seconds)

    def happens(self, *upgrades: Upgrade) -> list[Effect]:
        """Upgrades move, and what shows them is asked to be refreshed at once."""
        for one in upgrades:
            self.store.save_upgrade(one)
        return self.does(REFRESH)

    @property
    def record(self) -> TrackerRecord:
        record = self.store.tracker(TO)
        assert record is not None
        return record

    @property
    def body(self) -> str:
        return self.issues.issue(self.record.issue).body

    def shows_all(self) -> bool:
        return self.record.clean == self.record.dirty


@pytest.fixture
def scene() -> Scene:
    return Scene()


def step(number: int) -> Upgrade:
    return upgrade(stage=Stage.HELD, reason=f"step {number}")


def test_what_happens_after_a_quiet_time_is_shown_at_once(scene: Scene) -> None:
    assert scene.happens(step(1)) == []
    assert "✋ held · " in scene.body
    assert ") step 1 · " in scene.body
    assert scene.issues.edits == [NOW]
    assert scene.shows_all()


def test_what_happens_soon_after_an_edit_waits_for_the_next_one(scene: Scene) -> None:
    scene.happens(step(1))
    scene.passes(4)
    assert scene.happens(step(2)) == [RefreshTracker("3.40.1", 6.0)], "when it may be edited again"
    assert "step 2" not in scene.body
    assert not scene.shows_all()
    scene.passes(6)
    assert scene.does(RefreshTracker("3.40.1", 6.0)) == []
    assert "step 2" in scene.body
    assert scene.shows_all()
    assert scene.issues.edits == [NOW, NOW + timedelta(seconds=10)]


def test_however_often_it_is_asked_meanwhile_one_edit_is_arranged(scene: Scene) -> None:
    scene.happens(step(0))
    asked = []
    for number in range(1, 50):
        scene.passes(0.1)
        asked += scene.happens(step(number))
    assert asked == [RefreshTracker("3.40.1", 9.9)]
    scene.passes(INTERVAL)
    assert scene.does(RefreshTracker("3.40.1", 9.9)) == []
    assert "step 49" in scene.body
    assert len(scene.issues.edits) == 2


def test_after_each_arranged_edit_another_one_can_be(scene: Scene) -> None:
    scene.happens(step(0))
    for number in range(1, 6):
        assert scene.happens(step(number)) == [RefreshTracker("3.40.1", INTERVAL)]
        assert scene.happens(step(number)) == []
        scene.passes(INTERVAL)
        scene.does(RefreshTracker("3.40.1", INTERVAL))
        assert f"step {number}" in scene.body
    assert len(scene.issues.edits) == 6


def test_one_that_comes_a_little_early_is_not_lost(scene: Scene) -> None:
    """The engine's clock and ours may differ by a blink."""
    scene.happens(step(1))
    assert scene.happens(step(2))
    scene.passes(INTERVAL - 0.0005)
    (again,) = scene.does(RefreshTracker("3.40.1", INTERVAL))
    assert 0 < again.delay_seconds < 0.001


def test_nothing_is_written_or_asked_for_while_it_shows_all_there_is(scene: Scene) -> None:
    scene.happens(step(1))
    assert scene.does(REFRESH) == []
    scene.passes(3600)
    assert scene.does(REFRESH) == []
    assert scene.issues.edits == [NOW]


def test_what_changes_no_word_of_it_costs_no_edit_and_no_waiting(scene: Scene) -> None:
    scene.happens(step(1))
    scene.passes(INTERVAL)
    scene.happens(modify(step(1), checked_for="seen"))
    assert scene.shows_all()
    assert scene.issues.edits == [NOW]
    assert scene.happens(step(2)) == [], "no edit came in between"
    assert "step 2" in scene.body


def test_after_a_crash_the_edit_is_arranged_anew(scene: Scene) -> None:
    scene.happens(step(1))
    assert scene.happens(step(2))
    scene.passes(3)
    scene.restart()
    assert scene.does(REFRESH) == [RefreshTracker("3.40.1", 7.0)], "as the sweep asks"
    scene.passes(7)
    scene.does(RefreshTracker("3.40.1", 7.0))
    assert "step 2" in scene.body


def test_versions_do_not_wait_for_each_other(scene: Scene) -> None:
    scene.does(EnsureTracker("3.41.0", 0, "dana"))
    scene.happens(step(1))
    assert scene.happens(step(2))
    scene.store.save_upgrade(upgrade(to="3.41.0", stage=Stage.HELD, reason="another one"))
    assert scene.does(RefreshTracker("3.41.0")) == []
    other = scene.store.tracker(version("3.41.0"))
    assert other is not None
    assert "another one" in scene.issues.issue(other.issue).body


def test_what_people_write_between_two_edits_is_kept(scene: Scene) -> None:
    scene.happens(step(1))
    scene.issues._issues[1] = replace(scene.issues.issue(1), body=f"{scene.body}\nRemember the cake.\n")
    scene.passes(INTERVAL)
    scene.happens(step(2))
    assert "step 2" in scene.body
    assert "Remember the cake." in scene.body


def test_a_tracker_without_room_is_refused_with_what_to_do_and_stays_to_be_done(scene: Scene) -> None:
    scene.issues._issues[1] = replace(scene.issues.issue(1), body=f"{scene.body}\n{'x' * MAX_BODY_LENGTH}\n")
    with pytest.raises(NeedsPersonError) as caught:
        scene.happens(step(1))
    assert caught.value.reason == TrackerTooLong(MAX_BODY_LENGTH)
    assert not scene.shows_all()
    scene.issues._issues[1] = replace(scene.issues.issue(1), body="People made room.\n")
    scene.passes(INTERVAL)
    scene.does(REFRESH)
    assert "step 1" in scene.body
    assert scene.shows_all()


def test_a_tracker_that_github_finds_too_large_waits_for_room(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no job that each sweep brings anew and GitHub refuses at once."""

    def refuse(_number: int, _body: str) -> None:
        raise PermanentError(PlainText("body is too long"))

    with monkeypatch.context() as patch:
        patch.setattr(scene.issues, "edit_issue", refuse)
        with pytest.raises(NeedsPersonError):
            scene.happens(step(1))
    scene.passes(INTERVAL)
    scene.does(REFRESH)
    assert "step 1" in scene.body


def run(scene: Scene, moments: Iterable[float]) -> None:
    """Let something happen at each of these seconds; what that asks for runs when it is due, one after the other."""
    order = itertools.count()
    due: list[tuple[datetime, int, bool, RefreshTracker]] = []
    for seconds in moments:
        heapq.heappush(due, (NOW + timedelta(seconds=seconds), next(order), True, REFRESH))
    while due:
        at, number, happens, effect = heapq.heappop(due)
        scene.issues.now = max(scene.issues.now, at)
        for follow in scene.happens(step(number)) if happens else scene.does(effect):
            assert isinstance(follow, RefreshTracker)
            then = scene.issues.now + timedelta(seconds=follow.delay_seconds)
            heapq.heappush(due, (then, next(order), False, follow))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_whatever_happens_when_the_last_of_it_is_shown_and_edits_keep_apart(moments: list[float]) -> None:
    scene = Scene()
    run(scene, moments)
    last = max(range(len(moments)), key=lambda number: (NOW + timedelta(seconds=moments[number]), number))
    assert f") step {last} · " in scene.body
    assert scene.shows_all()
    apart = [second - first for first, second in itertools.pairwise(scene.issues.edits)]
    assert all(pause >= timedelta(seconds=INTERVAL) for pause in apart)
    assert scene.issues.edits[-1] <= NOW + timedelta(seconds=max(moments) + INTERVAL)
