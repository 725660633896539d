"""Which issues get, link or become a tracker: it depends on what they are and on who wrote them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.effects import Effect
from bot.domain.tracker.effects import AskAboutRelease, EnsureTracker, RefreshTracker
from bot.domain.tracker.record import TrackerRecord
from bot.handlers.release_questions import ReleaseQuestionHandler
from bot.handlers.trackers import TrackerHandler
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.own_comments import OwnComments
from demo.fleet import make_fleet
from tests.ports import MemoryFleetSource, MemoryIssues, MemoryStore, MemoryTeams
from tests.samples import version

TO = version("3.40.1")
TITLE = "3.40.1 upgrade managed instances"
MARK = "<!-- mibot:tracker version=3.40.1 -->"
LIST = "- [x] Upgrade https://rctest.sourcegraph.com\n- [ ] Upgrade https://demo.sourcegraph.com\n"
ALL_LABELS = ("managed-instances", "release-tracking", "team/cloud")
TEAMS = MemoryTeams({"acme/cloud": frozenset({"dana"})})


@dataclass
class Scene:
    issues: MemoryIssues = field(default_factory=MemoryIssues)
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        fleets = FleetReader(MemoryFleetSource(make_fleet(12)))
        operators = Operators(TEAMS, ("acme/cloud",))
        creator = Creator(self.store, lambda: self.issues.now, lag=30.0)
        comments = OwnComments(self.issues, creator, "comment")
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
        self.questions = ReleaseQuestionHandler(comments, self.store, lambda: self.issues.now)

    def request(self, issue: int, asked: bool = False, by: str = "dana") -> list[Effect]:
        """The issue asks for a tracker; what follows about questions is carried out, too."""
        effects = self.trackers.ensure(EnsureTracker("3.40.1", issue, by, asked))
        for effect in effects:
            if isinstance(effect, AskAboutRelease):
                self.questions.ask(effect)
        return effects

    @property
    def tracker(self) -> TrackerRecord | None:
        return self.store.tracker(TO)

    def said(self, issue: int) -> list[str]:
        return [comment.body for comment in self.issues.comments(issue)]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("author", ["eve", "mibot", "mibot-bot", "evil[bot]"])
def test_an_outsiders_issue_with_mark_and_labels_is_no_tracker(scene: Scene, author: str) -> None:
    forged = scene.issues.open(TITLE, f"# x\n{MARK}\n{LIST}", ALL_LABELS, author)
    scene.request(0)
    assert scene.tracker is not None
    assert scene.tracker.issue != forged.number
    assert scene.issues.issue(scene.tracker.issue).author == "mibot[bot]"
    assert scene.issues.issue(forged.number) == forged
    assert scene.said(forged.number) == []


def test_mibots_own_tracker_is_found_again(scene: Scene) -> None:
    scene.request(0)
    first = scene.tracker
    assert first is not None
    scene.store._trackers.clear()
    scene.request(0)
    assert scene.tracker is not None
    assert scene.tracker.issue == first.issue
    assert not scene.tracker.adopted


def test_it_is_found_though_people_took_one_of_its_labels_away(scene: Scene) -> None:
    scene.request(0)
    scene.issues._issues[1] = replace(scene.issues.issue(1), labels=frozenset({"release-tracking"}))
    scene.store._trackers.clear()
    scene.request(0)
    assert scene.tracker is not None
    assert scene.tracker.issue == 1
    assert scene.issues.issue(1).labels == set(ALL_LABELS)


def test_a_list_that_an_operator_wrote_is_adopted(scene: Scene) -> None:
    number = scene.issues.open("3.40.1, everybody", LIST, ["team/cloud"]).number
    scene.request(number)
    assert scene.tracker is not None
    assert (scene.tracker.issue, scene.tracker.adopted, scene.tracker.own_ticks_only) == (number, True, False)


def test_an_outsiders_list_is_adopted_only_when_an_operator_asks_and_its_ticks_are_mibots(scene: Scene) -> None:
    number = scene.issues.open("my instances 3.40.1", LIST, ["team/cloud"], "eve").number
    scene.request(number)
    assert scene.store.tracker(TO) is None
    scene.request(number, asked=True)
    assert scene.tracker is not None
    assert (scene.tracker.issue, scene.tracker.own_ticks_only) == (number, True)
    scene.trackers.refresh(RefreshTracker("3.40.1"))
    assert "[x]" not in scene.issues.issue(number).body, "nothing is upgraded"


@pytest.mark.parametrize("title", ["Sourcegraph 3.40.1 is broken in prod", "Postmortem 3.40.1", "3.40.1"])
def test_in_doubt_mibot_asks_once_and_mentions_nobody(scene: Scene, title: str) -> None:
    number = scene.issues.open(title, "", ["team/cloud"]).number
    scene.request(number)
    scene.store.set_cursor("unrelated", scene.issues.now)
    scene.request(number)
    (question,) = scene.said(number)
    assert "/adopt" in question
    assert "@" not in question
    assert scene.tracker is None
    assert len(scene.issues._issues) == 1


def test_a_crash_after_the_question_asks_no_second_time(scene: Scene) -> None:
    number = scene.issues.open("Postmortem 3.40.1", "", ["team/cloud"]).number
    scene.request(number)
    scene.store._cursors.clear()
    scene.request(number)
    assert len(scene.said(number)) == 1


def test_an_outsider_cannot_answer_it_with_mibots_mark(scene: Scene) -> None:
    number = scene.issues.open("Postmortem 3.40.1", "", ["team/cloud"]).number
    scene.issues.say(number, f"<!-- mibot:release-question issue={number} -->", "eve")
    scene.request(number)
    assert len(scene.said(number)) == 2


def test_the_operators_answer_opens_the_tracker(scene: Scene) -> None:
    number = scene.issues.open("3.40.1", "", ["team/cloud"]).number
    scene.request(number)
    scene.request(number, asked=True)
    assert scene.tracker is not None
    assert not scene.tracker.adopted
    assert scene.tracker.announced == (number,)
    assert any(f"#{scene.tracker.issue}" in words for words in scene.said(number))


def test_a_request_gets_neither_tracker_nor_question(scene: Scene) -> None:
    number = scene.issues.open("Release 3.40.1", "", ["team/cloud", "mi/teardown-request"]).number
    scene.request(number)
    assert scene.tracker is None
    assert scene.said(number) == []


def test_what_is_no_release_is_not_told_of_the_tracker_that_there_is(scene: Scene) -> None:
    scene.request(0)
    number = scene.issues.open("Postmortem 3.40.1", "", ["team/cloud"]).number
    scene.request(number)
    assert scene.said(number) == []


@pytest.mark.parametrize("change", [{"open": False}, {"title": "Release 3.40.2"}])
def test_an_issue_that_was_closed_or_renamed_meanwhile_requests_nothing(
    scene: Scene, change: dict[str, object]
) -> None:
    number = scene.issues.open(TITLE, "", ["team/cloud"]).number
    scene.issues._issues[number] = replace(scene.issues.issue(number), **change)  # type: ignore[arg-type]
    assert scene.request(number) == []
    assert scene.tracker is None


def test_an_issue_that_was_deleted_meanwhile_requests_nothing(scene: Scene) -> None:
    assert scene.request(404) == []


def test_an_announcement_that_others_forged_is_none(scene: Scene) -> None:
    number = scene.issues.open(TITLE, "", ["team/cloud"]).number
    scene.issues.say(number, "<!-- mibot:announcement version=3.40.1 -->", "eve")
    scene.request(number)
    assert len(scene.said(number)) == 2


def test_an_outsider_who_uses_the_template_of_release_issues_gets_the_question(scene: Scene) -> None:
    number = scene.issues.open("Release 3.40.1", "", ["team/cloud"], "eve").number
    scene.issues._issues[number] = replace(scene.issues.issue(number), outsider=True)
    scene.request(number, by="eve")
    scene.request(number, by="labeler[bot]")
    scene.request(number, by="ghost")
    assert scene.store.tracker(TO) is None
    (question,) = scene.said(number)
    assert "@" not in question
    scene.request(number, by="dana")
    assert scene.tracker is not None, "somebody else labeled it"


def test_who_is_no_operator_any_more_ticks_nothing_more(scene: Scene) -> None:
    number = scene.issues.open("3.40.1, everybody", LIST, ["team/cloud"]).number
    scene.request(number)
    scene.trackers.refresh(RefreshTracker("3.40.1"))
    assert "[x]" in scene.issues.issue(number).body
    scene.issues._issues[number] = replace(scene.issues.issue(number), author="eve")
    scene.store.mark_tracker_dirty(TO)
    scene.issues.now += timedelta(minutes=1)
    scene.trackers.refresh(RefreshTracker("3.40.1"))
    assert "[x]" not in scene.issues.issue(number).body
