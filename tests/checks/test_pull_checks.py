"""The pull request's checks, before its upgrade: what failed, what is not done, and what is required."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.pull_checks import CHECK
from bot.domain.fleet.model import Colour, Instance, InstanceType
from bot.domain.github_models import CommitChecks, Conclusion
from bot.domain.health.model import Phase, Places, State, Subject
from bot.domain.health.queries import CommitQuery, CommitSignals, Unavailable
from bot.domain.versions import Version
from tests.samples import PULL

ACME = Instance(
    "acme", InstanceType.PRODUCTION, "acme.sourcegraph.com", Colour.RED, Version(3, 40, 1), customer="acme"
)
SUBJECT = Subject(ACME, Phase.BEFORE, datetime(2026, 1, 5, 9, 0, tzinfo=UTC), head="c1")


def signals(failed: str = "", pending: str = "", good: str = "", required: str = "") -> CommitSignals:
    """Each a list of names; the conclusion follows from them."""
    names = {"failed": tuple(failed.split()), "pending": tuple(pending.split())}
    seen = frozenset((failed + " " + pending + " " + good).split())
    worst = Conclusion.FAILURE if failed else Conclusion.PENDING if pending else None
    conclusion = worst or (Conclusion.SUCCESS if seen else Conclusion.NONE)
    return CommitSignals(CommitChecks(conclusion, **names), frozenset(required.split()), seen)


CASES = [
    (signals(good="ci"), "pass", "The one check of the pull request passed."),
    (signals(good="ci lint", required="ci"), "pass", "All 2 checks of the pull request passed."),
    (signals(), "pass", "No checks are required on the pull request and none reported."),
    (signals(failed="lint ci", required="lint"), "fail", "Failed on the pull request: lint (required), ci."),
    (signals(failed="ci", pending="slow", required="plan"), "fail", "Failed on the pull request: ci."),
    (
        signals(pending="slow", good="ci"),
        "unknown",
        "The pull request's checks are not done (still under way: slow).",
    ),
    (
        signals(good="ci", required="plan"),
        "unknown",
        "The pull request's checks are not done (required and not reported yet: plan).",
    ),
    (
        signals(pending="slow", required="slow plan"),
        "unknown",
        "The pull request's checks are not done "
        "(still under way: slow (required); required and not reported yet: plan).",
    ),
    (signals(failed="a b c d e f g"), "fail", "Failed on the pull request: a, b, c, d, e and 2 more."),
]


@pytest.mark.parametrize(("answer", "state", "sentence"), CASES)
def test_verdict(answer: CommitSignals, state: str, sentence: str) -> None:
    judgement = CHECK.judge(SUBJECT, answer)
    assert (judgement.state, judgement.sentence) == (state, sentence)


def test_no_answer_is_unknown_with_the_reason() -> None:
    judgement = CHECK.judge(SUBJECT, Unavailable("GitHub is away: come back later."))
    assert (judgement.state, judgement.sentence) == (State.UNKNOWN, "GitHub is away: come back later.")


def test_it_is_about_a_pull_request_before_its_upgrade() -> None:
    assert CHECK.query(SUBJECT, Places()) == CommitQuery("c1")
    assert CHECK.applies(SUBJECT, Places())
    assert not CHECK.applies(dataclasses.replace(SUBJECT, head=""), Places())
    assert CHECK.phases == {Phase.BEFORE}
    assert CHECK.link(SUBJECT, Places()) == ""
    assert CHECK.link(replace(SUBJECT, pull_url=PULL), Places()) == f"{PULL}/checks"


NAMES = st.frozensets(st.text(max_size=100), max_size=4)


@given(failed=NAMES, pending=NAMES, good=NAMES, required=NAMES)
def test_passes_only_when_all_that_is_known_is_good_and_says_one_line(
    failed: frozenset[str], pending: frozenset[str], good: frozenset[str], required: frozenset[str]
) -> None:
    checks = CommitChecks(Conclusion.NONE, tuple(failed), tuple(pending))
    judgement = CHECK.judge(SUBJECT, CommitSignals(checks, required, failed | pending | good))
    sure = not failed and not pending and required <= good
    assert (judgement.state is State.PASS) == sure
    assert judgement.sentence.endswith(".")
    assert len(judgement.sentence.splitlines()) == 1
