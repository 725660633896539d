"""What becomes of an upgrade whose order is taken back."""

from __future__ import annotations

import pytest

from bot.domain.github_models import CommitChecks, Conclusion
from bot.domain.upgrade.cancellation import (
    Canceled,
    CancelOrder,
    can_cancel,
    cancel,
    cancel_preparation,
    is_handled,
)
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.record import Rollback
from bot.domain.upgrade.stages import IN_DEPLOYMENT, IN_REVIEW, Stage
from bot.domain.upgrade.transitions import observe, request_upgrade
from tests import samples
from tests.samples import NOW, pull, upgrade, version

ORDER = CancelOrder("lee", "wrong version", 77)
CANCELED = Canceled("lee", "wrong version", 77)


@pytest.mark.parametrize("stage", sorted(IN_REVIEW | {Stage.WAITING, Stage.PLANNED, Stage.FAILED}))
def test_what_is_not_merged_ends(stage: Stage) -> None:
    there = upgrade(stage=stage)
    assert can_cancel(there)
    ended = cancel(there, ORDER, NOW)
    assert (ended.stage, ended.reason) == (Stage.CLOSED, CANCELED)
    step = ended.history[-1]
    assert (step.stage, step.by, step.why) == (Stage.CLOSED, "lee", CANCELED)


@pytest.mark.parametrize("stage", sorted(IN_DEPLOYMENT | {Stage.DONE, Stage.FAILED}))
def test_what_is_merged_is_not_canceled(stage: Stage) -> None:
    assert not can_cancel(upgrade(stage=stage, merged_at=NOW))


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.SKIPPED, Stage.ROLLED_BACK])
def test_what_has_ended_is_not_canceled_again(stage: Stage) -> None:
    assert not can_cancel(upgrade(stage=stage))


def test_a_failed_one_without_a_pull_request_has_nothing_to_cancel() -> None:
    assert not can_cancel(upgrade(stage=Stage.FAILED, number=None))


def test_a_canceled_rollback_leaves_things_as_they_were() -> None:
    done = upgrade(stage=Stage.DONE, merged_at=NOW)
    back = upgrade(stage=Stage.OPEN, rollback=Rollback("dana"), previous=done)
    ended = cancel(back, ORDER, NOW)
    assert ended.stage is Stage.DONE
    assert ended.pull_request.note == Canceled("lee", "wrong version", 77, rollback=True)
    assert is_handled(ended, ORDER)


def test_the_reason_stays_when_github_shows_the_closed_pull_request() -> None:
    ended = cancel(upgrade(), ORDER, NOW)
    seen = observe(ended, pull(open=False), [], CommitChecks(Conclusion.NONE), NOW)
    assert (seen.stage, seen.reason) == (Stage.CLOSED, CANCELED)


def test_people_may_open_its_pull_request_again() -> None:
    ended = cancel(upgrade(), ORDER, NOW)
    assert observe(ended, pull(open=True), [], CommitChecks(Conclusion.NONE), NOW).stage is Stage.OPEN


def test_it_can_be_ordered_again_and_the_old_order_is_not_carried_out_twice() -> None:
    again = request_upgrade(cancel(upgrade(), ORDER, NOW), "rctest", version("3.40.1"), "dana", NOW)
    assert again.stage is Stage.WAITING
    assert is_handled(again, ORDER)
    assert not is_handled(again, CancelOrder("lee", "wrong version", 78)), "another comment"


def test_a_preparation_ends_unless_it_is_merged() -> None:
    ended = cancel_preparation(samples.preparation(), ORDER)
    assert (ended.stage, ended.reason) == (PreparationStage.CLOSED, CANCELED)
    ready = samples.preparation(stage=PreparationStage.READY)
    assert cancel_preparation(ready, ORDER) == ready
