"""Orders taken back: what waits is withdrawn, and what is in review ends with its pull request. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.reasons import Reason
from bot.domain.upgrade.preparation import UNPREPARED, Preparation, PreparationStage
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.domain.upgrade.transitions import Cause, move, with_note
from bot.formats.documents import stored


@dataclass(frozen=True)
class CancelOrder:
    """Who took something back, why (empty if they did not say), and in which comment (0 if unknown)."""

    by: str
    why: str = ""
    comment: int = 0


@stored("order.canceled", by="by", why="reason", comment="comment", rollback="rollback")
@dataclass(frozen=True)
class Canceled(Reason):
    """Somebody took the order back: of an upgrade or a preparation, or of an upgrade's `rollback`."""

    by: str
    why: str = ""
    comment: int = 0
    rollback: bool = False


@stored("order.cancel_too_late", by="by", comment="comment")
@dataclass(frozen=True)
class CancelTooLate(Reason):
    """Somebody took the order back, but the pull request had been merged."""

    by: str
    comment: int = 0


@stored("order.cancel_refused", by="by", cause="cause", comment="comment")
@dataclass(frozen=True)
class CancelRefused(Reason):
    """Somebody took the order back, but the pull request can't be closed."""

    by: str
    cause: Reason
    comment: int = 0


def can_cancel(upgrade: Upgrade) -> bool:
    """Whether it waits, or its pull request may be open; nothing of it is merged."""
    if upgrade.merged_at is not None:
        return False
    may_be_open = upgrade.stage is Stage.FAILED and upgrade.pull_request.number is not None
    return upgrade.stage in IN_REVIEW | {Stage.WAITING, Stage.PLANNED} or may_be_open


def cancel(upgrade: Upgrade, order: CancelOrder, now: datetime) -> Upgrade:
    """The upgrade that ends because its order was taken back; a rollback leaves things as they were."""
    undoes = upgrade.rollback is not None
    reason = Canceled(order.by, order.why, order.comment, rollback=undoes)
    if undoes and upgrade.previous is not None:
        return with_note(upgrade.previous, reason)
    return move(upgrade, Stage.CLOSED, Cause(now, order.by, upgrade.pull_request.url), reason)


def is_handled(upgrade: Upgrade, order: CancelOrder) -> bool:
    """Whether the order was carried out before. What people requested again since then is another order."""
    one: Upgrade | None = upgrade
    while one is not None:
        for reason in (one.reason, one.pull_request.note, *(step.why for step in one.history)):
            if isinstance(reason, Canceled) and order.comment and reason.comment == order.comment:
                return True
        one = one.previous
    return False


def refuse_cancel(upgrade: Upgrade, reason: CancelTooLate | CancelRefused) -> Upgrade:
    """The upgrade that goes on as it was, with a note about the order."""
    return with_note(upgrade, reason)


def cancel_preparation(preparation: Preparation, order: CancelOrder) -> Preparation:
    """The preparation that ends because its order was taken back."""
    if preparation.stage not in UNPREPARED:
        return preparation
    return replace(preparation, stage=PreparationStage.CLOSED, reason=Canceled(order.by, order.why, order.comment))
