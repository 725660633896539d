"""What each event of GitHub starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.chat.effects import HandleComment
from bot.domain.effects import Effect
from bot.domain.flow.events import (
    CommentCreated,
    CommitChecksChanged,
    Event,
    IssueLabeled,
    PreparationChanged,
    UpgradeChanged,
    WorkflowRunChanged,
)
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.upgrade.effects import Advance, AdvancePreparation
from bot.domain.upgrade.record import Deployment, Stage, Upgrade
from bot.handlers.dispatch import Dispatcher
from bot.handlers.events import EventHandler
from tests.ports import MemoryStore
from tests.samples import NOW, upgrade

NOT_DEPLOYING = sorted(set(Stage) - {Stage.DEPLOYING})


def effects(event: Event, store: MemoryStore) -> list[Effect]:
    return Dispatcher([EventHandler(store)]).apply(event)


def test_what_each_event_sets_in_motion() -> None:
    store = MemoryStore()
    for slug, head in (("rctest", "a" * 40), ("demo", "b" * 40), ("tpgi", "a" * 40)):
        store.save_upgrade(upgrade(slug, head=head))
    assert effects(IssueLabeled(12, "3.40.1", "dana"), store) == [EnsureTracker("3.40.1", 12, "dana")]
    written = CommentCreated(77, 12, "3.40.1", "/help", "olive")
    assert effects(written, store) == [HandleComment(77, 12, "3.40.1", "/help", "olive")]
    assert effects(UpgradeChanged("rctest", "3.40.1"), store) == [Advance("rctest", "3.40.1")]
    assert effects(PreparationChanged("3.40.1"), store) == [AdvancePreparation("3.40.1")]
    assert effects(CommitChecksChanged("a" * 40), store) == [
        Advance("rctest", "3.40.1"),
        Advance("tpgi", "3.40.1"),
    ]
    assert effects(CommitChecksChanged("c" * 40), store) == []


MERGE = "f" * 40
ASKED_FOR = Deployment(NOW)
RUNS = Deployment(NOW, confirmed=True, run_id=5)


@pytest.mark.parametrize(
    ("there", "moves"),
    [
        (upgrade(stage=Stage.DEPLOYING, deployment=RUNS), True),
        (upgrade(stage=Stage.DEPLOYING, deployment=replace(RUNS, run_id=6)), False),
        (upgrade(stage=Stage.DEPLOYING, deployment=ASKED_FOR), True),
        (upgrade(stage=Stage.DEPLOYING, deployment=replace(ASKED_FOR, confirmed=True)), True),
        (upgrade(stage=Stage.DEPLOYING, merge_commit=MERGE), True),
        (upgrade(stage=Stage.DEPLOYING, merge_commit="e" * 40), False),
        (upgrade(stage=Stage.DEPLOYING), False),
        *((upgrade(stage=stage, deployment=RUNS, merge_commit=MERGE), False) for stage in NOT_DEPLOYING),
    ],
    ids=[
        "its own", "another one's", "one it asked for", "one GitHub took", "of its merge", "of another merge",
        "not asked for", *map(str, NOT_DEPLOYING),
    ],
)  # fmt: skip
def test_a_run_that_begins_or_ends_moves_whichever_upgrade_waits_for_it(there: Upgrade, moves: bool) -> None:
    store = MemoryStore()
    store.save_upgrade(there)
    found = effects(WorkflowRunChanged(5, MERGE), store)
    assert found == ([Advance("rctest", "3.40.1")] if moves else [])


def test_all_that_may_be_meant_by_a_run_look_and_nobody_else_does() -> None:
    store = MemoryStore()
    store.save_upgrade(upgrade("rctest", stage=Stage.DEPLOYING, deployment=ASKED_FOR))
    store.save_upgrade(upgrade("demo", stage=Stage.DEPLOYING, deployment=RUNS))
    store.save_upgrade(upgrade("tpgi", stage=Stage.DEPLOYING, deployment=replace(RUNS, run_id=6)))
    assert effects(WorkflowRunChanged(5, MERGE), store) == [
        Advance("rctest", "3.40.1"),
        Advance("demo", "3.40.1"),
    ]
