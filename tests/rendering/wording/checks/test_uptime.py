"""What people read of the check `uptime`."""

from __future__ import annotations

import pytest

from bot.checks.uptime import (
    RegionProblem,
    UptimePassing,
    UptimeProblem,
    UptimeRegionsBad,
    UptimeSilent,
    UptimeUnchecked,
)
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (UptimePassing(1, 5), "The uptime check passes from 1 region and has passed for 5 minutes."),
        (UptimePassing(2, 5), "The uptime check passes from 2 regions and has passed for 5 minutes."),
        (
            UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 0, 5),
            "The uptime check fails from usa-oregon: check the front page and what the check reports.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FAILING, ("asia-pacific",), 0, 5),
            "The uptime check fails from asia-pacific: check the front page and what the check reports.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 1, 5),
            "The uptime check fails from usa-oregon and 1 other region: check the front page and what the check "
            "reports.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FAILING, (), 1, 5),
            "The uptime check fails from 1 region: check the front page and what the check reports.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FLAPPING, ("usa-iowa",), 0, 5),
            "The uptime check passes now, but failed within the last 5 minutes from usa-iowa: check again when it "
            "has passed for that long, and find out why it failed.",
        ),
        (
            UptimeSilent(5),
            "No region has reported a result of the uptime check within the last 5 minutes: check again "
            "soon, and check whether it is paused if that persists.",
        ),
        (
            UptimeUnchecked(UptimeProblem.NO_CHECK),
            "No uptime check monitors the front page: create one in the instance's project.",
        ),
        (
            UptimeUnchecked(UptimeProblem.ONE_NEVER_REPORTED),
            "One of the uptime checks passes and another has not reported from any region: check whether it is "
            "paused, then check again.",
        ),
        (UptimePassing(1, 2), "The uptime check passes from 1 region and has passed for 2 minutes."),
        (
            UptimeRegionsBad(RegionProblem.NOT_SINCE_DEPLOYMENT, ("asia-pacific",), 0, 2),
            "The uptime check passes, but not yet from asia-pacific since the deployment: check again in "
            "a few minutes.",
        ),
        (
            UptimeSilent(2),
            "No region has reported a result of the uptime check within the last 2 minutes: check again "
            "soon, and check whether it is paused if that persists.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 0, 2),
            "The uptime check fails from usa-oregon: check the front page and what the check reports.",
        ),
        (
            UptimeRegionsBad(RegionProblem.FLAPPING, ("usa-iowa",), 0, 2),
            "The uptime check passes now, but failed within the last 2 minutes from usa-iowa: check again when it "
            "has passed for that long, and find out why it failed.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
