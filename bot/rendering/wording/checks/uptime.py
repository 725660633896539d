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
from bot.rendering.wording.counting import count
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
            minutes = count(reason.minutes, "minute")
            return (
                f"The uptime check passes now, but failed within the last {minutes} from {regions}: "
                "check again when it has passed for that long, and find out why it failed."
            )
        case RegionProblem.NOT_SINCE_DEPLOYMENT:
            return (
                f"The uptime check passes, but not yet from {regions} since the deployment: check again in a few "
                "minutes."
            )


@describe.register
def _(reason: UptimeSilent) -> str:
    minutes = count(reason.minutes, "minute")
    return (
        f"No region has reported a result of the uptime check within the last {minutes}: check "
        "again soon, and check whether it is paused if that persists."
    )


@describe.register
def _(reason: UptimePassing) -> str:
    regions, minutes = count(reason.regions, "region"), count(reason.minutes, "minute")
    return f"The uptime check passes from {regions} and has passed for {minutes}."


def _list_regions(reason: UptimeRegionsBad) -> str:
    others = [count(reason.others, "other region" if reason.named else "region")] if reason.others else []
    words = [*reason.named, *others]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
