"""The changes that a record holds, one after the other, and which of them an order is about.

A record is about its newest change: the upgrade, then its rollback, then the upgrade that was requested after that.
Each order keeps the change that it asked for, whatever came after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.plans.change_set import ChangeKind
from bot.domain.reasons import Reason
from bot.domain.upgrade.reasons.progress import Milestone, Reached
from bot.domain.upgrade.record import StageTransition, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.documents import stored


@stored("upgrade.change_reference", kind="change_kind", requested_at="requested_at", after="after", attempt="attempt")
@dataclass(frozen=True)
class ChangeReference:
    """Which change an order is about. Times are UTC.

    `requested_at` identifies the change where it was there when the order was given. Else the order begins it: then
    it is the first one of its kind that was requested later than `after` (None: the first of all). `attempt` is the
    attempt that the order began or continued, 0 for all of them.
    """

    kind: ChangeKind
    requested_at: datetime | None = None
    after: datetime | None = None
    attempt: int = 0


def changes_of(record: Upgrade) -> tuple[Upgrade, ...]:
    """All upgrades and rollbacks that a record holds, oldest first: its previous ones and itself."""
    found: list[Upgrade] = []
    one: Upgrade | None = record
    while one is not None:
        found.append(replace(one, previous=None))
        one = one.previous
    return tuple(reversed(found))


def refer_to_next(existing: Upgrade | None, kind: ChangeKind) -> ChangeReference:
    """The change that an order begins."""
    return ChangeReference(kind, after=existing.requested_at if existing else None)


def refer_to(existing: Upgrade, attempt: int = 0) -> ChangeReference:
    """The change that is there."""
    return ChangeReference(existing.kind, existing.requested_at, attempt=attempt)


def find_last_change(record: Upgrade, kind: ChangeKind | None) -> Upgrade:
    """The newest change of that kind, or of any: what orders are about that have no reference yet."""
    changes = changes_of(record)
    return next((one for one in reversed(changes) if kind in {None, one.kind}), changes[-1])


def find_change(record: Upgrade, reference: ChangeReference, comment: int) -> Upgrade | None:
    """The change of the record that the order of a comment is about; None while, or if, there is none."""
    changes = changes_of(record)
    own = [one for one in changes if one.kind is reference.kind]
    if reference.requested_at is not None:
        return next((one for one in own if one.requested_at == reference.requested_at), None)
    if reference.kind is ChangeKind.ROLLBACK:
        own = [one for one in own if one.rollback and one.rollback.comment_id in {0, comment}]
    later = (one for one in own if reference.after is None or one.requested_at > reference.after)
    return next(later, None)


def changes_after(record: Upgrade, change: Upgrade) -> tuple[Upgrade, ...]:
    """The changes of the record that came after one of them."""
    changes = changes_of(record)
    place = next((n for n, one in enumerate(changes) if _same(one, change)), len(changes))
    return changes[place + 1 :]


def _same(one: Upgrade, other: Upgrade) -> bool:
    return (one.kind, one.requested_at) == (other.kind, other.requested_at)


@dataclass(frozen=True)
class AttemptEnd:
    """How an attempt ended that was followed by another one, and who requested that."""

    number: int
    stage: Stage
    at: datetime
    reason: Reason | None
    link: str
    retried_by: str


def ended_attempts(change: Upgrade) -> tuple[AttemptEnd, ...]:
    """The attempts of a change before the one that counts, oldest first, as its history tells."""
    ends: list[AttemptEnd] = []
    last: StageTransition | None = None
    for step in change.history:
        if _is_retry(step) and last is not None:
            ends.append(AttemptEnd(len(ends) + 1, last.stage, last.at, last.why, last.link, step.by))
        last = step
    return tuple(ends)


def as_of_attempt(change: Upgrade, attempt: int) -> Upgrade:
    """The change as it was when that attempt ended, where a later one followed; else as it is.

    The results of the checks after an earlier deployment are not kept, only why the attempt ended.
    """
    retries = [place for place, step in enumerate(change.history) if _is_retry(step)]
    if not 0 < attempt <= len(retries) or retries[attempt - 1] == 0:
        return change
    history = change.history[: retries[attempt - 1]]
    end = history[-1]
    verification = replace(change.verification, after=(), healthy_since=None, acceptance=None)
    return replace(
        change,
        stage=end.stage,
        reason=end.why,
        history=history,
        attempts=change.attempts[:attempt] or change.attempts[:1],
        verification=verification,
    )


def _is_retry(step: StageTransition) -> bool:
    return step.why == Reached(Milestone.RETRY_REQUESTED)
