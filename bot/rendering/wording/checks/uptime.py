"""Words for the uptime check."""

from __future__ import annotations

from bot.checks.uptime import (
    RegionProblem,
    UptimePassing,
    UptimeProblem,
    UptimeRegionsBad,
    UptimeSilent,
    UptimeUnchecked,
)
from bot.rendering.wording.dispatch import describe

_PROBLEMS = {
    UptimeProblem.NO_CHECK: "No uptime check monitors the front page: create one in the instance's project.",
    UptimeProblem.ONE_NEVER_REPORTED: (
        "One of the uptime checks passes and another has not reported from any region: check whether it is "
        "paused, then check again."
    ),
}


@describe.register
def _(reason: UptimeUnchecked) -> str:
    return _PROBLEMS[reason.problem]


@describe.register
def _(reason: UptimeRegionsBad) -> str:
    regions = _list_regions(reason)
    match reason.problem:
        case RegionProblem.FAILING:
            return f"The uptime check fails from {regions}: check the front page and what the check reports."
        case RegionProblem.FLAPPING:
            return (
                f"The uptime check passes now, but failed within the last {_minutes(reason.minutes)} from {regions}: "
                "check again when it has passed for that long, and find out why it failed."
            )
        case RegionProblem.NOT_SINCE_DEPLOYMENT:
            return (
                f"The uptime check passes, but not yet from {regions} since the deployment: check again in a few "
                "minutes."
            )


@describe.register
def _(reason: UptimeSilent) -> str:
    return (
        f"No region has reported a result of the uptime check within the last {_minutes(reason.minutes)}: check "
        "again soon, and check whether it is paused if that persists."
    )


@describe.register
def _(reason: UptimePassing) -> str:
    return f"The uptime check passes from {_regions(reason.regions)} and has passed for {_minutes(reason.minutes)}."


def _list_regions(reason: UptimeRegionsBad) -> str:
    others = [_regions(reason.others, "other " if reason.named else "")] if reason.others else []
    words = [*reason.named, *others]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _regions(count: int, which: str = "") -> str:
    return f"{count} {which}region{'' if count == 1 else 's'}"


def _minutes(minutes: int) -> str:
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
