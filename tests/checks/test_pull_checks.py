"""The pull request's checks, before its upgrade: what failed, what is not done, and what is required."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.pull_checks import CHECK
from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.github_models import CommitChecks, Conclusion
from bot.domain.health.model import CheckContext, CheckState, CloudConfig, Phase
from bot.domain.health.queries import CommitStatus, CommitStatusQuery, Unavailable
from bot.domain.versions import Version
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
    (commit_status(good="ci"), "pass", "The one check of the pull request passed."),
    (commit_status(good="ci lint", required="ci"), "pass", "All 2 checks of the pull request passed."),
    (commit_status(), "pass", "No checks are required on the pull request and none reported."),
    (commit_status(failed="lint ci", required="lint"), "fail", "Failed on the pull request: lint (required), ci."),
    (commit_status(failed="ci", pending="slow", required="plan"), "fail", "Failed on the pull request: ci."),
    (
        commit_status(pending="slow", good="ci"),
        "unknown",
        "The pull request's checks are not done (still under way: slow).",
    ),
    (
        commit_status(good="ci", required="plan"),
        "unknown",
        "The pull request's checks are not done (required and not reported yet: plan).",
    ),
    (
        commit_status(pending="slow", required="slow plan"),
        "unknown",
        "The pull request's checks are not done "
        "(still under way: slow (required); required and not reported yet: plan).",
    ),
    (commit_status(failed="a b c d e f g"), "fail", "Failed on the pull request: a, b, c, d, e and 2 more."),
]


@pytest.mark.parametrize(("answer", "state", "sentence"), CASES)
def test_verdict(answer: CommitStatus, state: str, sentence: str) -> None:
    judgement = CHECK.evaluate(CONTEXT, answer)
    assert (judgement.state, judgement.sentence) == (state, sentence)


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.evaluate(CONTEXT, Unavailable("GitHub is away: come back later."))
    assert (judgement.state, judgement.sentence) == (CheckState.UNKNOWN, "GitHub is away: come back later.")


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
    assert judgement.sentence.endswith(".")
    assert len(judgement.sentence.splitlines()) == 1
