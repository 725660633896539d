"""The pull request's checks, before its upgrade: what failed, what is not done, and what is required."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.pull_checks import (
    CHECK,
    NamedCheck,
    NamedChecks,
    PullChecksFailed,
    PullChecksPassed,
    PullChecksUnfinished,
)
from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.github_models import CommitChecks, Conclusion
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import CommitStatus, CommitStatusQuery
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe
from tests.checks.seen import AWAY, judge
from tests.samples import PULL

ACME = Instance(
    "acme", InstanceType.PRODUCTION, "acme.sourcegraph.com", DeploymentColor.RED, Version(3, 40, 1), customer="acme"
)
CONTEXT = CheckContext(ACME, Phase.BEFORE, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), head="c1")


def commit_status(failed: str = "", pending: str = "", good: str = "", required: str = "") -> CommitStatus:
    """Each a list of names; the conclusion follows from them."""
    names = {"failed": tuple(failed.split()), "pending": tuple(pending.split())}
    seen = frozenset((failed + " " + pending + " " + good).split())
    worst = Conclusion.FAILURE if failed else Conclusion.PENDING if pending else None
    conclusion = worst or (Conclusion.SUCCESS if seen else Conclusion.NONE)
    return CommitStatus(CommitChecks(conclusion, **names), frozenset(required.split()), seen)


CASES = [
    (commit_status(good="ci"), "pass", PullChecksPassed(1)),
    (commit_status(good="ci lint", required="ci"), "pass", PullChecksPassed(2)),
    (commit_status(), "pass", PullChecksPassed(0)),
    (
        commit_status(failed="lint ci", required="lint"),
        "fail",
        PullChecksFailed(NamedChecks(2, (NamedCheck("lint", True), NamedCheck("ci")))),
    ),
    (
        commit_status(failed="ci", pending="slow", required="plan"),
        "fail",
        PullChecksFailed(NamedChecks(1, (NamedCheck("ci"),))),
    ),
    (
        commit_status(pending="slow", good="ci"),
        "unknown",
        PullChecksUnfinished(NamedChecks(1, (NamedCheck("slow"),)), NamedChecks()),
    ),
    (
        commit_status(good="ci", required="plan"),
        "unknown",
        PullChecksUnfinished(NamedChecks(), NamedChecks(1, (NamedCheck("plan"),))),
    ),
    (
        commit_status(pending="slow", required="slow plan"),
        "unknown",
        PullChecksUnfinished(NamedChecks(1, (NamedCheck("slow", True),)), NamedChecks(1, (NamedCheck("plan"),))),
    ),
    (
        commit_status(failed="a b c d e f g"),
        "fail",
        PullChecksFailed(
            NamedChecks(7, (NamedCheck("a"), NamedCheck("b"), NamedCheck("c"), NamedCheck("d"), NamedCheck("e")))
        ),
    ),
]


@pytest.mark.parametrize(("answer", "state", "finding"), CASES)
def test_verdict(answer: CommitStatus, state: str, finding: Reason) -> None:
    assert judge(CHECK.evaluate(CONTEXT, answer)) == (state, finding)


def test_no_answer_is_unknown_with_the_reason() -> None:
    assert CHECK.evaluate(CONTEXT, AWAY) == Verdict(CheckState.UNKNOWN, AWAY.reason)


def test_it_is_about_a_pull_request_before_its_upgrade() -> None:
    assert CHECK.query(CONTEXT, CloudConfig()) == CommitStatusQuery("c1")
    assert CHECK.applies(CONTEXT, CloudConfig())
    assert not CHECK.applies(dataclasses.replace(CONTEXT, head=""), CloudConfig())
    assert CHECK.phases == {Phase.BEFORE}
    assert CHECK.link(CONTEXT, CloudConfig()) == ""
    assert CHECK.link(replace(CONTEXT, pull_url=PULL), CloudConfig()) == f"{PULL}/checks"


NAMES = st.frozensets(st.text(max_size=100), max_size=4)


@given(failed=NAMES, pending=NAMES, good=NAMES, required=NAMES)
def test_passes_only_when_all_that_is_known_is_good_and_says_one_line(
    failed: frozenset[str], pending: frozenset[str], good: frozenset[str], required: frozenset[str]
) -> None:
    checks = CommitChecks(Conclusion.NONE, tuple(failed), tuple(pending))
    judgement = CHECK.evaluate(CONTEXT, CommitStatus(checks, required, failed | pending | good))
    sure = not failed and not pending and required <= good
    assert (judgement.state is CheckState.PASS) == sure
    assert describe(judgement.finding).endswith(".")
    assert len(describe(judgement.finding).splitlines()) == 1
