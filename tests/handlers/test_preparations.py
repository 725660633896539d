"""What GitHub refuses of a preparation holds it, shows on what waits for it, and is not asked again at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.domain.effects import Effect
from bot.domain.reasons import PlainText
from bot.domain.rollout.effects import Schedule
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.effects import AdvancePreparation, Prepare
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.reasons.progress import NeedsPerson
from bot.handlers.preparations import PreparationHandler
from bot.ports.errors import ConflictError, NeedsPersonError, NotFoundError, PermanentError
from bot.services.tracker_states import TrackerStates
from tests.ports import MemoryIssues, MemoryStore
from tests.samples import NOW, version

TO, WHY = version("3.40.1"), PlainText("the installation is suspended")


def advance(store: MemoryStore, error: Exception) -> list[Effect]:
    """One step of the requested preparation, while GitHub answers with that error."""

    def refuse() -> None:
        raise error

    nothing = cast("Any", None)
    trackers = TrackerStates(MemoryIssues(), "team/cloud")
    base = cast("Any", SimpleNamespace(head=refuse))
    handler = PreparationHandler(base, nothing, store, nothing, nothing, nothing, nothing, trackers, lambda: NOW)
    return handler.prepare(Prepare(str(TO), "dana", asked=False))


@pytest.mark.parametrize("error", [NeedsPersonError(WHY), NotFoundError(WHY), ConflictError(WHY)])
def test_one_that_is_held_is_left_to_the_sweep(error: PermanentError) -> None:
    """The scheduling requests it again, so that each would start the other for ever."""
    store = MemoryStore()
    store.save_tracker(TrackerRecord(TO, 12, "https://x/12", "dana"))
    store.save_preparation(Preparation(TO, PreparationStage.REQUESTED, "dana", NOW))
    followed = advance(store, error)
    held = store.preparation(TO)
    assert held is not None
    assert (held.stage, held.reason) == (PreparationStage.REQUESTED, NeedsPerson(WHY))
    assert not any(isinstance(effect, Schedule | Prepare | AdvancePreparation) for effect in followed)


def test_one_that_ends_lets_the_scheduling_say_so() -> None:
    store = MemoryStore()
    store.save_tracker(TrackerRecord(TO, 12, "https://x/12", "dana"))
    store.save_preparation(Preparation(TO, PreparationStage.REQUESTED, "dana", NOW))
    assert Schedule() in advance(store, PermanentError(WHY))


def test_one_whose_tracker_cannot_be_opened_asks_for_it_once() -> None:
    """Every scheduling requests it again, and the sweep sees to the tracker."""
    store = MemoryStore()
    assert advance(store, NeedsPersonError(WHY)) == [EnsureTracker("3.40.1", 0, "dana")]
    assert advance(store, NeedsPersonError(WHY)) == []
