"""People save the tracker while mibot edits it, and nothing of theirs is lost in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import Issue, Revision
from bot.domain.tracker.effects import EnsureTracker, NoteTrackerEdit, RefreshTracker
from bot.domain.upgrade.record import Stage
from bot.handlers.trackers import TrackerHandler
from bot.ports.errors import ExternalError, PermanentError, TransientError
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams
from tests.samples import upgrade, version

TO = version("3.40.1")
REFRESH = RefreshTracker("3.40.1")
FLEETS = FleetReader(MemoryFleetSource(make_fleet(12)))
UNREADABLE = PermanentError(GitHubFailed(GitHubAction.READ_EDIT_HISTORY, GitHubProblem.NOT_FOUND))


@dataclass
class SharedIssues(MemoryIssues):
    """Issues that people save whenever mibot looks away: `meanwhile` is called after each of mibot's reads, and
    `behind` is how many revisions the history lacks, `untold` is raised instead of telling it."""

    meanwhile: Callable[[], None] = field(default=lambda: None)
    behind: int = 0
    untold: ExternalError | None = None

    def issue(self, number: int) -> Issue:
        found = super().issue(number)
        self.meanwhile()
        return found

    def revisions(self, node: str) -> Sequence[Revision]:
        if self.untold:
            raise self.untold
        found = super().revisions(node)
        self.meanwhile()
        return found[: len(found) - self.behind]

    def read(self, number: int) -> str:
        """What a person sees."""
        return self._issues[number].body


class Scene:
    def __init__(self) -> None:
        self.issues = SharedIssues()
        self.store = MemoryStore()
        creator = Creator(self.store, lambda: self.issues.now, lag=30.0)
        self.trackers = TrackerHandler(
            self.issues,
            OwnComments(self.issues, creator, "comment"),
            creator,
            self.store,
            FLEETS,
            lambda: self.issues.now,
            label="team/cloud",
            operators=Operators(MemoryTeams({}), ()),
            interval=0.0,
        )
        self.trackers.ensure(EnsureTracker("3.40.1", 0, "dana"))
        self.issue = 1
        self.refresh()

    def refresh(self) -> None:
        """Refresh until there is nothing left to do."""
        for _ in range(40):
            if not self.trackers.refresh(REFRESH):
                return
            self.issues.now += timedelta(seconds=2)
        raise AssertionError("the tracker is never done")

    def state_changes(self, number: int) -> None:
        self.store.save_upgrade(upgrade(stage=Stage.HELD, reason=f"step {number}"))

    def adds(self, line: str, *, read: str | None = None, author: str = "dana") -> None:
        """A person adds a line at the end of what they read, and saves it."""
        before = self.body if read is None else read
        self.issues.save(self.issue, f"{before.rstrip()}\n{line}\n", author)

    @property
    def body(self) -> str:
        return self.issues.read(self.issue)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def save_after_each_read(scene: Scene, times: int = 3) -> None:
    """Dana saves a line right after each of mibot's next reads."""
    left = iter(range(times))

    def save() -> None:
        if (number := next(left, None)) is not None:
            scene.adds(f"dana {number}")

    scene.issues.meanwhile = save


def test_what_is_saved_between_mibots_read_and_its_write_stays(scene: Scene) -> None:
    scene.state_changes(1)
    save_after_each_read(scene)
    scene.refresh()
    assert "dana 0\ndana 1\ndana 2\n" in scene.body
    assert "step 1" in scene.body


def test_a_stale_save_that_takes_mibots_words_away_is_mended(scene: Scene) -> None:
    read = scene.body
    scene.state_changes(1)
    scene.refresh()
    scene.adds("dana was here", read=read)
    assert "step 1" not in scene.body
    assert scene.trackers.note_edit(NoteTrackerEdit("3.40.1")) == [REFRESH]
    scene.refresh()
    assert "step 1" in scene.body
    assert "dana was here" in scene.body


def test_a_process_that_ends_after_its_write_looks_for_lost_edits_when_it_begins_again(scene: Scene) -> None:
    scene.state_changes(1)
    save_after_each_read(scene)
    scene.issues.untold = TransientError(UNREADABLE.reason)
    with pytest.raises(TransientError):
        scene.refresh()
    assert "dana 1" not in scene.body
    scene.issues.untold = None
    scene.refresh()
    assert "dana 0\ndana 1\n" in scene.body


def test_a_history_that_is_behind_is_looked_at_again(scene: Scene) -> None:
    scene.state_changes(1)
    save_after_each_read(scene, times=2)
    scene.issues.behind = 1
    assert scene.trackers.refresh(REFRESH) == [RefreshTracker("3.40.1", 2.0)]
    assert "dana 1" not in scene.body
    scene.issues.behind = 0
    scene.refresh()
    assert "dana 0\ndana 1\n" in scene.body


def test_a_history_that_stays_behind_is_not_waited_for_without_end(scene: Scene) -> None:
    scene.state_changes(1)
    scene.issues.behind = 1
    assert scene.trackers.refresh(REFRESH)
    scene.refresh()


def test_where_github_tells_no_history_the_tracker_is_edited_all_the_same(scene: Scene) -> None:
    scene.issues.untold = UNREADABLE
    scene.state_changes(1)
    scene.refresh()
    assert "step 1" in scene.body
    assert scene.trackers.note_edit(NoteTrackerEdit("3.40.1")) == [REFRESH]
    scene.refresh()


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 40))])
def test_one_save_a_second_for_a_minute_and_nothing_is_lost(seed: int) -> None:
    """Two people save what they read a moment before, at any moment, while upgrades move all the time."""
    scene, dice = Scene(), Random(seed)  # noqa: S311 - a seed
    lines = iter([f"line {number:02} of the notes" for number in range(61)])
    saved: list[str] = []
    forms: dict[str, str] = {}

    def person() -> None:
        author = dice.choice(["dana", "lee", "nobody", "nobody"])
        if author == "nobody":
            return
        if author not in forms:
            forms[author] = scene.body
        elif (line := next(lines, None)) is not None:
            scene.adds(line, read=forms.pop(author), author=author)
            saved.append(line)

    scene.issues.meanwhile = person
    number = 0
    while len(saved) < 61:
        number += 1
        scene.state_changes(number)
        for _ in range(3):
            scene.trackers.refresh(REFRESH)
            scene.issues.now += timedelta(seconds=1)
            person()
        scene.trackers.note_edit(NoteTrackerEdit("3.40.1"))
    scene.issues.meanwhile = lambda: None
    scene.trackers.note_edit(NoteTrackerEdit("3.40.1"))
    scene.refresh()
    assert [line for line in saved if line not in scene.body] == []
    assert [line for line in saved if scene.body.count(line) > 1] == []
    assert f"step {number}" in scene.body
