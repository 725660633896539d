"""Words for what the sweeps read."""

from __future__ import annotations

from bot.domain.doctor import sweeps as found
from bot.rendering.wording.counting import count
from bot.rendering.wording.dispatch import clause, describe
from bot.rendering.wording.doctor.repairs import describe_repair


@describe.register
def _(reason: found.CommentsListed) -> str:
    return f"the comments of {reason.repository} can be listed"


@describe.register
def _(reason: found.CommentsReadByIssue) -> str:
    return f"the comments of {reason.repository} are read issue by issue: {clause(reason.cause)}"


@describe.register
def _(reason: found.IssuesListed) -> str:
    issues = count(reason.count, "open issue", zero="no")
    return f"{issues} with the label {reason.label} in {reason.repository}"


@describe.register
def _(_: found.NoSweepYet) -> str:
    return "no sweep yet: `mibot serve` has not run with this store, or began just now"


@describe.register
def _(reason: found.SweepComplete) -> str:
    return f"the last one that saw everything began {_ago(reason.seconds)} ago"


@describe.register
def _(reason: found.SweepsIncomplete) -> str:
    if not reason.ever:
        return f"none has seen everything since mibot was first started {_ago(reason.seconds)} ago"
    return f"the last one that saw everything began {_ago(reason.seconds)} ago"


@describe_repair.register
def _(_: found.SweepsIncomplete) -> str:
    return (
        "See that `mibot serve` runs. If it does, its log says what can't be read (sweep_incomplete), and "
        "mibot_sweep_failures_total counts it."
    )


def _ago(seconds: float) -> str:
    """A time span in its largest unit."""
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= unit:
            return count(int(seconds // unit), name)
    return count(int(seconds), "second")
