"""The sweep finds what a lost, late or doubled webhook would have told, and nothing that is done already."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.chat.effects import HandleComment, RefreshReply
from bot.domain.chat.replies import Paragraph, Reply
from bot.domain.effects import Effect
from bot.domain.flow.sweeps import SweepPart
from bot.domain.notifications.outbox import Outcome
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker, RefreshTracker
from bot.domain.tracker.record import LAYOUT, TrackerRecord
from bot.domain.tracker.release_issues import release_question
from bot.domain.upgrade.effects import Advance, AdvancePreparation, Publish
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import IN_DEPLOYMENT, Rollback, Stage, StageTransition
from bot.formats.markdown import Markdown
from bot.ports.errors import TransientError
from bot.services.reconciler import OVERLAP, Reconciler
from tests.ports import MemoryIssues, MemoryStore
from tests.samples import NOW, result, upgrade, version

TITLE = "3.40.1 upgrade managed instances"
TO = version("3.40.1")


@dataclass
class Scene:
    """GitHub's issues, our records, and a clock that both go by."""

    issues: MemoryIssues = field(default_factory=MemoryIssues)
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.reconciler = Reconciler(self.issues, self.store, "team/cloud", lambda: self.issues.now)

    def later(self, **time: float) -> None:
        self.issues.now += timedelta(**time)

    def sweep(self) -> list[Effect]:
        """One whole sweep, after which everything found is durable."""
        sweep = self.reconciler.sweep()
        self.reconciler.save_cursors(sweep)
        return list(sweep.effects)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.reconciler.record_install()
    scene.later(minutes=1)
    return scene


def handled(effects: list[Effect]) -> list[int]:
    return [effect.comment for effect in effects if isinstance(effect, HandleComment)]


def label(scene: Scene, title: str = TITLE, body: str = "") -> int:
    return scene.issues.open(title, body, ["Team/Cloud"]).number


def tracked(scene: Scene, issue: int) -> None:
    record = TrackerRecord(TO, issue, "https://x", "dana", announced=(issue,), dirty=1, clean=1, layout=LAYOUT)
    scene.store.save_tracker(record)


def test_a_quiet_world_gives_nothing_to_do(scene: Scene) -> None:
    assert scene.sweep() == []


def test_an_issue_whose_label_nobody_told_of_gets_its_tracker(scene: Scene) -> None:
    number = label(scene)
    assert scene.sweep() == [EnsureTracker("3.40.1", number, "dana")]


@pytest.mark.parametrize("title", ["no version here", "upgrade to 3.40"])
def test_an_issue_that_names_no_version_is_left_alone(scene: Scene, title: str) -> None:
    label(scene, title)
    assert scene.sweep() == []


def test_the_tracker_itself_asks_for_none(scene: Scene) -> None:
    mark = "# x\n<!-- mibot:tracker version=3.40.1 -->\n"
    scene.issues.open(TITLE, mark, ["Team/Cloud"], "mibot[bot]")
    assert scene.sweep() == []


@pytest.mark.parametrize("author", ["eve", "mibot", "mibot-bot", "other[bot]"])
def test_a_mark_that_others_copied_makes_no_tracker(scene: Scene, author: str) -> None:
    mark = "# x\n<!-- mibot:tracker version=3.40.1 -->\n"
    number = scene.issues.open(TITLE, mark, ["Team/Cloud"], author).number
    assert scene.sweep() == [EnsureTracker("3.40.1", number, author)]


def test_a_request_asks_for_no_tracker(scene: Scene) -> None:
    scene.issues.open("Release 3.40.1", "", ["team/cloud", "mi/extend-trial-request"])
    assert scene.sweep() == []


def test_what_may_be_a_release_issue_is_looked_at_until_mibot_has_asked(scene: Scene) -> None:
    number = label(scene, "Sourcegraph 3.40.1 is broken in prod")
    assert scene.sweep() == [EnsureTracker("3.40.1", number, "dana")]
    scene.store.set_cursor(release_question(number), NOW)
    assert scene.sweep() == []
    scene.issues._issues[number] = replace(scene.issues.issue(number), title="Release 3.40.1")
    assert scene.sweep() == [EnsureTracker("3.40.1", number, "dana")], "somebody gave it another title"


def test_nobody_is_asked_about_a_version_that_has_its_tracker(scene: Scene) -> None:
    tracked(scene, 99)
    label(scene, "Postmortem 3.40.1")
    assert scene.sweep() == []


def test_an_issue_that_is_linked_already_is_done(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    assert scene.sweep() == []
    second = label(scene)
    assert scene.sweep() == [EnsureTracker("3.40.1", second, "dana")]


def test_a_comment_that_nobody_told_of_is_obeyed(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    comment = scene.issues.say(number, "/upgrade rctest", "lee")
    assert scene.sweep() == [
        HandleComment(comment.id, number, "3.40.1", "/upgrade rctest", "lee", "sweep"),
    ]


def test_a_comment_that_has_its_reply_is_not_obeyed_again(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    comment = scene.issues.say(number, "/upgrade rctest")
    scene.store.save_reply(Reply(comment.id, number, "dana", (Paragraph(Markdown("x")),), written=5))
    assert scene.sweep() == []


@pytest.mark.parametrize(
    ("body", "author", "edited"),
    [
        ("/upgrade rctest", "mibot[bot]", False),
        ("/upgrade rctest", "dana", True),
        ("thanks!", "dana", False),
        ("> /upgrade rctest", "dana", False),
    ],
)
def test_comments_that_are_no_orders(scene: Scene, body: str, author: str, edited: bool) -> None:
    number = label(scene)
    tracked(scene, number)
    scene.issues.say(number, body, author, edited)
    assert scene.sweep() == []


def test_a_comment_on_a_pull_request_is_none_as_with_webhooks(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    comment = scene.issues.say(number, "/upgrade rctest")
    scene.issues._comments[comment.id] = replace(comment, url=comment.url.replace("/issues/", "/pull/"))
    assert scene.sweep() == []


def test_a_comment_on_an_issue_without_the_label_is_none_either(scene: Scene) -> None:
    number = scene.issues.open(TITLE).number
    scene.issues.say(number, "/upgrade rctest")
    assert scene.sweep() == []


def test_what_was_written_before_mibot_was_installed_is_history() -> None:
    scene = Scene()
    number = label(scene)
    tracked(scene, number)
    scene.issues.say(number, "/upgrade rctest")
    scene.later(days=1)
    scene.reconciler.record_install()
    assert scene.sweep() == []
    scene.later(days=1)
    scene.reconciler.record_install()
    comment = scene.issues.say(number, "/upgrade rctest")
    scene.later(days=2)
    scene.reconciler.record_install()
    found = scene.sweep()
    assert HandleComment(comment.id, number, "3.40.1", "/upgrade rctest", "dana", "sweep") in found, (
        "it was down for two days"
    )


def test_an_old_comment_is_no_order_because_it_was_touched_lately(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    scene.sweep()
    scene.later(hours=1)
    old = scene.issues.say(number, "/upgrade rctest", edited=True)
    scene.later(hours=1)
    scene.issues.edit_comment(old.id, "/upgrade demo")
    assert scene.sweep() == []


def test_each_sweep_looks_back_a_little_behind_the_last(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    scene.later(hours=1)
    comment = scene.issues.say(number, "/upgrade rctest")
    scene.later(seconds=OVERLAP[SweepPart.COMMENTS].total_seconds() / 2)
    assert comment.id in handled(scene.sweep())
    assert comment.id in handled(scene.sweep()), "it was found, but nobody saved a reply"
    scene.later(hours=1)
    scene.sweep()
    assert comment.id in handled(scene.sweep()), "a sweep never passes what has no answer"
    scene.store.save_reply(Reply(comment.id, number, "dana", (), written=5, effects=()))
    assert scene.sweep() == []
    assert scene.store.cursor("comments") == scene.issues.now


def test_a_sweep_that_was_cut_short_looks_again(scene: Scene) -> None:
    number = label(scene)
    tracked(scene, number)
    scene.sweep()
    scene.later(hours=1)
    comment = scene.issues.say(number, "/upgrade rctest")
    scene.reconciler.sweep()  # and the process dies before what was found is durable
    scene.later(hours=5)
    assert comment.id in handled(scene.sweep())


def test_what_is_unfinished_in_our_own_records_is_taken_up(scene: Scene) -> None:
    for slug, stage in (("rctest", Stage.OPEN), ("demo", Stage.WAITING), ("tpgi", Stage.DONE), ("x", Stage.FAILED)):
        scene.store.save_upgrade(upgrade(slug, stage=stage))
    for text, where in (("3.41.0", PreparationStage.OPEN), ("3.40.1", PreparationStage.READY)):
        scene.store.save_preparation(Preparation(version(text), where, "dana", NOW))
    scene.store.save_reply(Reply(5, 12, "dana", ()))
    scene.store.save_reply(Reply(6, 12, "dana", (), written=60))
    scene.store.save_tracker(TrackerRecord(TO, 12, "https://x", "dana", dirty=3, clean=2, layout=LAYOUT))
    scene.store.save_tracker(
        TrackerRecord(version("3.41.0"), 13, "https://y", "dana", dirty=3, clean=3, layout=LAYOUT)
    )
    assert scene.sweep() == [
        Advance("rctest", "3.40.1"),
        AdvancePreparation("3.41.0"),
        Schedule(),
        RefreshReply(5),
        RefreshTracker("3.40.1"),
    ]


def test_one_job_opens_the_tracker_of_all_that_waits_for_it(scene: Scene) -> None:
    """While GitHub refuses to open it, the next sweep knows that job again, and adds no other."""
    for slug in ("demo", "rctest", "tpgi"):
        scene.store.save_upgrade(upgrade(slug, stage=Stage.PLANNED))
    scene.store.save_upgrade(upgrade("back", stage=Stage.PLANNED, rollback=Rollback("dana", "too slow")))
    scene.store.save_preparation(Preparation(version("3.41.0"), PreparationStage.REQUESTED, "lee", NOW))
    assert scene.sweep() == [
        EnsureTracker("3.40.1", 0, "dana"),
        Advance("back", "3.40.1"),
        EnsureTracker("3.41.0", 0, "lee"),
    ]
    scene.store.save_tracker(TrackerRecord(TO, 12, "https://x", "dana", dirty=0, layout=LAYOUT))
    assert Advance("demo", "3.40.1") in scene.sweep()
    assert Advance("tpgi", "3.40.1") in scene.sweep()


@pytest.mark.parametrize("stage", sorted(IN_DEPLOYMENT))
def test_whatever_is_merged_and_not_proven_goes_on(scene: Scene, stage: Stage) -> None:
    """Also when nobody looks any more, because the process died between two looks."""
    scene.store.save_upgrade(upgrade(stage=stage, merged_at=NOW))
    assert scene.sweep() == [Advance("rctest", "3.40.1")]


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.FAILED, Stage.ROLLED_BACK])
def test_what_ended_and_is_not_told_on_its_pull_request_is_published(scene: Scene, stage: Stage) -> None:
    ended = upgrade(stage=stage, merged_at=NOW, history=(StageTransition(stage, NOW, "mibot"),))
    scene.store.save_upgrade(ended)
    assert scene.sweep() == [Publish("rctest", "3.40.1")]
    for notification in scene.store.pending_notifications("rctest", TO):
        scene.store.finish_notification(notification, Outcome.PUBLISHED)
    assert scene.sweep() == []
    scene.store.save_upgrade(replace(ended, history=ended.history * 2))
    assert scene.sweep() == [Publish("rctest", "3.40.1")], "what it says there is out of date"


def test_what_goes_on_is_moved_before_it_is_published(scene: Scene) -> None:
    there = upgrade(before=(result(),), head="f" * 40, history=(StageTransition(Stage.OPEN, NOW, "mibot"),))
    scene.store.save_upgrade(there)
    assert scene.sweep() == [Advance("rctest", "3.40.1"), Publish("rctest", "3.40.1")]


def test_what_an_older_mibot_left_behind_is_history(scene: Scene) -> None:
    scene.store.save_upgrade(upgrade(stage=Stage.DONE, merged_at=NOW))
    assert scene.sweep() == []


def test_when_github_is_down_our_own_records_are_swept_all_the_same(scene: Scene) -> None:
    number = label(scene)
    scene.store.save_upgrade(upgrade("rctest"))
    scene.issues.down = TransientError(PlainText("GitHub answers 502"))
    assert scene.sweep() == [Advance("rctest", "3.40.1")]
    scene.issues.down = None
    scene.later(hours=5)
    assert EnsureTracker("3.40.1", number, "dana") in scene.sweep(), "what could not be looked at is looked at later"


def test_before_it_has_begun_it_looks_at_nothing_of_peoples() -> None:
    scene = Scene()
    label(scene)
    assert scene.reconciler.sweep().cursors == {}
    assert scene.store.cursor("issues") is None
    assert scene.issues.now == NOW


def test_a_tracker_in_the_layout_of_an_earlier_mibot_is_written_anew(scene: Scene) -> None:
    scene.store.save_tracker(TrackerRecord(TO, 12, "https://x", "dana", dirty=3, clean=3))
    assert scene.sweep() == [RefreshTracker("3.40.1")]
