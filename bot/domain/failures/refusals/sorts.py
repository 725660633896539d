"""The sorts of refusals."""

from __future__ import annotations

from enum import StrEnum


class Sort(StrEnum):
    """How long a refusal lasts."""

    PASSING = "passing"
    """It goes by itself: the same request succeeds later."""
    NEEDS_PERSON = "needs_person"
    """It lasts until a person mends something. Whoever waits is held and tries again seldom."""
    ABSENT = "absent"
    """What the request is about is not there. Only who requested it knows what that means."""
    CONFLICT = "conflict"
    """It is there already, or it changed meanwhile."""
    FINAL = "final"
    """The same request never succeeds, whatever anybody mends."""
