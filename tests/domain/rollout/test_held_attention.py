"""What an external system refuses until a person mends it is trouble, at whatever stage."""

from __future__ import annotations

import pytest

from bot.domain.reasons import PlainText
from bot.domain.rollout.attention import TROUBLE, Attention, NextStep, attention, next_step, urgency
from bot.domain.upgrade.reasons.progress import Delayed
from bot.domain.upgrade.stages import UNFINISHED, Stage
from bot.domain.upgrade.transitions import hold_for_person
from tests.samples import modify, upgrade

SUSPENDED = PlainText("the installation is suspended")


@pytest.mark.parametrize("stage", sorted(UNFINISHED - {Stage.WAITING}))
def test_it_is_held_and_a_persons_turn(stage: Stage) -> None:
    held = hold_for_person(upgrade(stage=stage), SUSPENDED)
    assert attention(held) is Attention.HELD
    assert attention(held) in TROUBLE
    assert next_step(held) is NextStep.CLEAR
    assert urgency(held) < urgency(upgrade(stage=Stage.WAITING))


def test_what_is_only_late_is_not() -> None:
    late = modify(upgrade(stage=Stage.PLANNED), reason=Delayed(SUSPENDED))
    assert attention(late) is Attention.RUNNING
