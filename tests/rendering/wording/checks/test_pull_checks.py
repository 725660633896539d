"""What people read of the check `pull_checks`."""

from __future__ import annotations

import pytest

from bot.checks.pull_checks import (
    NamedCheck,
    NamedChecks,
    PullChecksFailed,
    PullChecksPassed,
    PullChecksUnfinished,
)
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (PullChecksPassed(1), "The only check of the pull request passed."),
        (PullChecksPassed(2), "All 2 checks of the pull request passed."),
        (PullChecksPassed(0), "No checks are required on the pull request and none reported."),
        (
            PullChecksFailed(NamedChecks(2, (NamedCheck("lint", True), NamedCheck("ci")))),
            "Failed on the pull request: lint (required), ci.",
        ),
        (PullChecksFailed(NamedChecks(1, (NamedCheck("ci"),))), "Failed on the pull request: ci."),
        (
            PullChecksUnfinished(NamedChecks(1, (NamedCheck("slow"),)), NamedChecks()),
            "The pull request's checks are not complete (still running: slow).",
        ),
        (
            PullChecksUnfinished(NamedChecks(), NamedChecks(1, (NamedCheck("plan"),))),
            "The pull request's checks are not complete (required and not reported yet: plan).",
        ),
        (
            PullChecksUnfinished(NamedChecks(1, (NamedCheck("slow", True),)), NamedChecks(1, (NamedCheck("plan"),))),
            "The pull request's checks are not complete (still running: slow (required); required and not "
            "reported yet: plan).",
        ),
        (
            PullChecksFailed(
                NamedChecks(7, (NamedCheck("a"), NamedCheck("b"), NamedCheck("c"), NamedCheck("d"), NamedCheck("e")))
            ),
            "Failed on the pull request: a, b, c, d, e and 2 more.",
        ),
    ],
)
def test_the_words(finding: Reason, sentence: str) -> None:
    assert describe(finding) == sentence
