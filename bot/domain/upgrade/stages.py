"""Where an upgrade can stand, and from where it can go where: the one table of its states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """Where an upgrade stands. The wording is what people read on the tracker."""

    WAITING = "waiting"
    PLANNED = "planned"
    OPEN = "open"
    CHANGES_REQUESTED = "changes requested"
    APPROVED = "approved"
    MERGED = "merged"
    BACKING_UP = "backing up"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"
    CLOSED = "closed"
    ROLLED_BACK = "rolled back"


IN_REVIEW = frozenset({Stage.OPEN, Stage.CHANGES_REQUESTED, Stage.APPROVED})
IN_DEPLOYMENT = frozenset({Stage.MERGED, Stage.BACKING_UP, Stage.DEPLOYING, Stage.VERIFYING, Stage.HELD})
"""Merged, and neither proven nor given up."""
IN_FLIGHT = IN_REVIEW | IN_DEPLOYMENT | {Stage.PLANNED}
"""The stages that count against `policy.max_in_flight` (domain.md, "Rules": blast radius)."""
UNFINISHED = IN_FLIGHT | {Stage.WAITING}

_FAILED_OR_HELD = frozenset({Stage.FAILED, Stage.HELD})

TRANSITIONS: Mapping[Stage, frozenset[Stage]] = {
    Stage.WAITING: frozenset({Stage.PLANNED, Stage.SKIPPED, Stage.CLOSED}),
    Stage.PLANNED: IN_REVIEW | {Stage.WAITING, Stage.FAILED, Stage.SKIPPED, Stage.CLOSED},
    Stage.OPEN: IN_REVIEW | {Stage.MERGED, Stage.CLOSED, Stage.FAILED},
    Stage.CHANGES_REQUESTED: IN_REVIEW | {Stage.MERGED, Stage.CLOSED, Stage.FAILED},
    Stage.APPROVED: IN_REVIEW | {Stage.MERGED, Stage.CLOSED, Stage.FAILED},
    Stage.MERGED: _FAILED_OR_HELD | {Stage.BACKING_UP, Stage.DEPLOYING},
    Stage.BACKING_UP: _FAILED_OR_HELD | {Stage.DEPLOYING},
    Stage.DEPLOYING: _FAILED_OR_HELD | {Stage.VERIFYING},
    Stage.VERIFYING: _FAILED_OR_HELD | {Stage.DONE, Stage.ROLLED_BACK},
    # What was wrong before the deployment is over (it is merged, as before), or people deployed it, or looked again.
    Stage.HELD: frozenset({Stage.MERGED, Stage.VERIFYING, Stage.FAILED}),
    # A person tries again, deployed by hand, looked again, or canceled it; people merged what could not be opened by
    # itself.
    Stage.FAILED: frozenset({Stage.MERGED, Stage.VERIFYING, Stage.CLOSED}),
    # People may open a pull request again that was closed, and merge one that was closed for a moment.
    Stage.CLOSED: IN_REVIEW | {Stage.MERGED},
    Stage.DONE: frozenset(),
    Stage.SKIPPED: frozenset(),
    Stage.ROLLED_BACK: frozenset(),
}
"""Every step that an upgrade's record can take. Asking for it anew, and undoing it, begin another record."""
