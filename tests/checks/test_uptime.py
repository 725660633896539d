"""The uptime check: every region passes now, and did for the whole window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.uptime import (
    CHECK,
    REGIONS,
    RegionProblem,
    UptimePassing,
    UptimeProblem,
    UptimeRegionsBad,
    UptimeSilent,
    UptimeUnchecked,
    window,
)
from bot.domain.health.model import CheckState, Phase, Verdict
from bot.domain.health.queries import UptimeCheck, UptimeChecks, UptimeQuery, UptimeRegion
from bot.domain.reasons import Reason
from tests.checks.seen import AWAY, CONFIG, NOW, judge, make_context

GOOD = UptimeRegion("europe", 5, 0, True)
DOWN = UptimeRegion("usa-oregon", 5, 2, False)
FLAPPED = UptimeRegion("usa-iowa", 5, 1, True)
SILENT = UptimeRegion("asia-pacific", 0, 0, True)
WAS_DOWN = UptimeRegion("asia-pacific", 0, 0, False)
ODD = UptimeRegion("acme-office", 5, 1, False)


def single_check(*regions: UptimeRegion) -> UptimeChecks:
    return UptimeChecks((UptimeCheck("acme's front page", regions),))


# what is answered, the verdict before and long after, and what it found
CASES = [
    (single_check(GOOD), "pass", UptimePassing(1, 5)),
    (single_check(GOOD, SILENT), "pass", UptimePassing(2, 5)),
    (single_check(GOOD, DOWN), "fail", UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 0, 5)),
    (single_check(GOOD, WAS_DOWN), "fail", UptimeRegionsBad(RegionProblem.FAILING, ("asia-pacific",), 0, 5)),
    (single_check(DOWN, ODD), "fail", UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 1, 5)),
    (single_check(ODD), "fail", UptimeRegionsBad(RegionProblem.FAILING, (), 1, 5)),
    (
        single_check(GOOD, FLAPPED),
        "fail",
        UptimeRegionsBad(RegionProblem.FLAPPING, ("usa-iowa",), 0, 5),
    ),
    (single_check(), "unknown", UptimeSilent(5)),
    (single_check(SILENT), "unknown", UptimeSilent(5)),
    (UptimeChecks(()), "fail", UptimeUnchecked(UptimeProblem.NO_CHECK)),
    (
        UptimeChecks((UptimeCheck("a", (GOOD,)), UptimeCheck("b", (DOWN,)))),
        "fail",
        UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 0, 5),
    ),
    (
        UptimeChecks((UptimeCheck("a", (GOOD,)), UptimeCheck("b", ()))),
        "unknown",
        UptimeUnchecked(UptimeProblem.ONE_NEVER_REPORTED),
    ),
]


@pytest.mark.parametrize(("answer", "state", "finding"), CASES)
def test_verdict(answer: UptimeChecks, state: str, finding: Reason) -> None:
    old = make_context(phase=Phase.AFTER, deployed_at=NOW - timedelta(hours=1))
    for examined in (make_context(), make_context(phase=Phase.BEFORE), old):
        assert judge(CHECK.evaluate(examined, answer)) == (state, finding)


# regions, the verdict two minutes after a deployment, and what it found
YOUNG = [
    (single_check(GOOD), "pass", UptimePassing(1, 2)),
    (
        single_check(GOOD, SILENT),
        "unknown",
        UptimeRegionsBad(RegionProblem.NOT_SINCE_DEPLOYMENT, ("asia-pacific",), 0, 2),
    ),
    (
        single_check(GOOD, WAS_DOWN),
        "unknown",
        UptimeRegionsBad(RegionProblem.NOT_SINCE_DEPLOYMENT, ("asia-pacific",), 0, 2),
    ),
    (single_check(WAS_DOWN), "unknown", UptimeSilent(2)),
    (single_check(GOOD, DOWN), "fail", UptimeRegionsBad(RegionProblem.FAILING, ("usa-oregon",), 0, 2)),
    (single_check(GOOD, FLAPPED), "fail", UptimeRegionsBad(RegionProblem.FLAPPING, ("usa-iowa",), 0, 2)),
]


@pytest.mark.parametrize(("answer", "state", "finding"), YOUNG)
def test_what_was_seen_before_the_deployment_is_not_about_it(
    answer: UptimeChecks, state: str, finding: Reason
) -> None:
    young = make_context(phase=Phase.AFTER, deployed_at=NOW - timedelta(minutes=2))
    assert judge(CHECK.evaluate(young, answer)) == (state, finding)


@pytest.mark.parametrize(
    ("phase", "ago", "seconds"),
    [
        (Phase.NOW, None, 300),
        (Phase.BEFORE, 10, 300),
        (Phase.AFTER, None, 300),
        (Phase.AFTER, 3600, 300),
        (Phase.AFTER, 150, 150),
        (Phase.AFTER, 5, 60),
        (Phase.AFTER, -30, 60),
    ],
)
def test_the_window_begins_at_the_deployment(phase: Phase, ago: float | None, seconds: float) -> None:
    deployed = None if ago is None else NOW - timedelta(seconds=ago)
    examined = make_context(phase=phase, deployed_at=deployed)
    assert CHECK.query(examined, CONFIG) == UptimeQuery("sourcegraph-managed-acme", "acme.sourcegraph.com", seconds)


def test_a_window_is_never_shorter_than_a_check_looks() -> None:
    assert window(make_context(stable_for=0)) == 60


def test_many_regions_are_named_in_short() -> None:
    down = [UptimeRegion(region, 3, 3, False) for region in sorted(REGIONS)]
    _, finding = judge(CHECK.evaluate(make_context(), single_check(*down)))
    assert isinstance(finding, UptimeRegionsBad)
    assert (len(finding.named), finding.others) == (4, len(REGIONS) - 4)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(make_context(), AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


def test_it_is_about_every_phase_and_leads_to_the_console() -> None:
    assert CHECK.phases == frozenset(Phase)
    assert CHECK.link(make_context(), CONFIG) == (
        "https://console.cloud.google.com/monitoring/uptime?project=sourcegraph-managed-acme"
    )


COUNTS = st.integers(0, 3)
REGION = st.builds(UptimeRegion, st.sampled_from([*REGIONS, "acme"]) | st.text(), COUNTS, COUNTS, st.booleans())
ANSWERS = st.builds(
    UptimeChecks,
    st.lists(st.builds(UptimeCheck, st.text(), st.lists(REGION, max_size=3).map(tuple)), max_size=2).map(tuple),
)


@given(answer=ANSWERS, phase=st.sampled_from(Phase), ago=st.none() | st.integers(-60, 900))
def test_passes_only_when_every_region_does(answer: UptimeChecks, phase: Phase, ago: int | None) -> None:
    """Whatever Google says."""
    deployed = None if ago is None else NOW - timedelta(seconds=ago)
    state, _ = judge(CHECK.evaluate(make_context(phase=phase, deployed_at=deployed), answer))
    regions = [region for check in answer.checks for region in check.regions]
    if state is CheckState.PASS:
        assert answer.checks
        assert all(check.regions for check in answer.checks)
        assert all(region.is_passing and not region.failures for region in regions)
        assert any(region.results for region in regions)
        if phase is Phase.AFTER and ago is not None and ago < 300:
            assert all(region.results for region in regions)
