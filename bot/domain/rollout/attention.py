"""How urgently an upgrade needs a look, and whose turn it is. Everything that lists upgrades shows trouble first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.domain.github_models import Conclusion
from bot.domain.reasons import Reason
from bot.domain.rollout.reasons import (
    Forceable,
    GoldenFileMissing,
    GoldenFileState,
    PreparationEnded,
    PreparationNotAccepted,
)
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.domain.upgrade.transitions import needs_person


class Attention(StrEnum):
    """What an upgrade needs, most urgent first."""

    FAILED = "failed"
    HELD = "held"
    PERSON = "waiting for a person"
    RUNNING = "in progress"
    WAITING = "waiting"
    ENDED = "ended without an upgrade"
    DONE = "done"


TROUBLE = (Attention.FAILED, Attention.HELD, Attention.PERSON)
"""What is shown before everything else, and never left out."""

_BY_STAGE: Mapping[Stage, Attention] = {
    Stage.FAILED: Attention.FAILED,
    Stage.HELD: Attention.HELD,
    Stage.OPEN: Attention.PERSON,
    Stage.CHANGES_REQUESTED: Attention.PERSON,
    Stage.APPROVED: Attention.PERSON,
    Stage.PLANNED: Attention.RUNNING,
    Stage.MERGED: Attention.RUNNING,
    Stage.BACKING_UP: Attention.RUNNING,
    Stage.DEPLOYING: Attention.RUNNING,
    Stage.VERIFYING: Attention.RUNNING,
    Stage.WAITING: Attention.WAITING,
    Stage.CLOSED: Attention.ENDED,
    Stage.SKIPPED: Attention.ENDED,
    Stage.ROLLED_BACK: Attention.ENDED,
    Stage.DONE: Attention.DONE,
}


def attention_by_stage(stage: Stage) -> Attention:
    """What an upgrade at that stage needs, if nothing else is known of it."""
    return _BY_STAGE[stage]


def attention(upgrade: Upgrade) -> Attention:
    """What an upgrade needs. One that an external system refuses to move is held, whatever its stage. One that waits
    for others waits for a person where a person has to act for them all."""
    if needs_person(upgrade):
        return Attention.HELD
    if upgrade.stage is Stage.WAITING and _needs_person(upgrade.reason):
        return Attention.PERSON
    return _BY_STAGE[upgrade.stage]


def _needs_person(reason: Reason | None) -> bool:
    """Whether the version waits for somebody: to merge its preparation, to ask for it again, or to restore it."""
    if isinstance(reason, Forceable):
        return _needs_person(reason.obstacle)
    if isinstance(reason, GoldenFileMissing):
        return reason.state is not GoldenFileState.BEING_PREPARED
    return isinstance(reason, PreparationEnded | PreparationNotAccepted)


def urgency(upgrade: Upgrade) -> int:
    """A number to sort by, most urgent first."""
    return _ORDER[attention(upgrade)]


_ORDER = {one: place for place, one in enumerate(Attention)}


def group_by_attention(upgrades: Iterable[Upgrade]) -> dict[Attention, list[Upgrade]]:
    """The upgrades by what they need, most urgent first; each group keeps their order."""
    groups: dict[Attention, list[Upgrade]] = {one: [] for one in Attention}
    for upgrade in upgrades:
        groups[attention(upgrade)].append(upgrade)
    return groups


class NextStep(StrEnum):
    """Who has to do what for an upgrade to go on."""

    NOBODY = "nobody"
    MIBOT = "mibot"
    SLOT = "slot"
    FIX_CHECKS = "fix the checks"
    REVIEW = "review"
    CHANGES = "changes"
    MERGE = "merge"
    WORKFLOW = "workflow"
    CLEAR = "clear"
    JUDGE = "judge"
    REQUEST = "request"
    REPAIR = "repair"


def next_step(upgrade: Upgrade) -> NextStep:
    """Whose turn it is."""
    if needs_person(upgrade):
        return NextStep.CLEAR
    match upgrade.stage:
        case Stage.WAITING:
            return NextStep.SLOT
        case Stage.OPEN | Stage.APPROVED if upgrade.pull_request.checks is Conclusion.FAILURE:
            return NextStep.FIX_CHECKS
        case Stage.OPEN:
            return NextStep.REVIEW
        case Stage.CHANGES_REQUESTED:
            return NextStep.CHANGES
        case Stage.APPROVED:
            return NextStep.MERGE
        case Stage.DEPLOYING:
            return NextStep.WORKFLOW
        case Stage.HELD:
            return NextStep.JUDGE if upgrade.deployed else NextStep.CLEAR
        case Stage.FAILED:
            return NextStep.REPAIR if upgrade.merged_at else NextStep.REQUEST
        case Stage.CLOSED:
            return NextStep.REQUEST
        case Stage.PLANNED | Stage.MERGED | Stage.BACKING_UP | Stage.VERIFYING:
            return NextStep.MIBOT
        case _:
            return NextStep.NOBODY
