"""Whose approval counts: somebody else's than who requested the change, and of the commit that is merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.github_models import CommitChecks, Conclusion, PullRequest, Review, ReviewState
from bot.domain.upgrade.four_eyes import missing_approval
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.pull_requests import ApprovalMissing
from bot.domain.upgrade.record import Rollback, Stage, Upgrade
from bot.domain.upgrade.transitions import observe
from tests.samples import NOW, PULL, upgrade

HEAD, EARLIER = "c" * 40, "a" * 40
OPEN = PullRequest(7, "", "", PULL, "rctest/upgrade-v3.40.1", HEAD, True, False, "mibot[bot]", frozenset())
MERGED = replace(OPEN, open=False, merged=True, merged_at=NOW, merged_by="dana", merge_commit="d" * 40)
QUIET = CommitChecks(Conclusion.NONE)


def yes(login: str, commit: str = HEAD) -> Review:
    return Review(login, ReviewState.APPROVED, commit)


def seen(*reviews: Review, pull: PullRequest = OPEN, four_eyes: bool = True, **facts: Any) -> Upgrade:
    """What dana requested, as GitHub shows it."""
    return observe(upgrade(**facts), pull, reviews, QUIET, NOW, four_eyes=four_eyes)


@pytest.mark.parametrize(
    ("reviews", "facts", "missing"),
    [
        ([yes("rio")], {}, None),
        ([yes("dana"), yes("rio")], {}, None),
        ([], {}, ApprovalMissing()),
        ([yes("dana")], {}, ApprovalMissing(requested=("dana",))),
        ([yes("Dana")], {}, ApprovalMissing(requested=("Dana",))),
        ([yes("rio", EARLIER)], {}, ApprovalMissing(stale=("rio",))),
        ([yes("rio", "")], {}, ApprovalMissing(stale=("rio",))),
        ([yes("rio", EARLIER), yes("dana")], {}, ApprovalMissing(("rio",), ("dana",))),
        ([yes("lee")], {"rollback": Rollback("lee")}, ApprovalMissing(requested=("lee",))),
        ([yes("lee")], {"force": Override("lee", "an outage")}, ApprovalMissing(requested=("lee",))),
        ([yes("rio")], {"force": Override("lee", "an outage")}, None),
        ([yes("sam")], {"contributors": ("sam",)}, ApprovalMissing(pushed=("sam",))),
        ([yes("mibot"), yes("renovate[bot]")], {}, ApprovalMissing()),
    ],
)
def test_whose_approval_counts(reviews: list[Review], facts: dict[str, Any], missing: ApprovalMissing | None) -> None:
    there = seen(*reviews, **facts)
    assert missing_approval(there, four_eyes=True) == missing
    assert there.stage is (Stage.OPEN if missing else Stage.APPROVED)
    merged = seen(*reviews, pull=MERGED, **facts)
    assert merged.stage is Stage.MERGED, "the merge is a fact"
    assert merged.pull_request.note == (replace(missing, merged=True) if missing else None)


def test_without_four_eyes_anybodys_approval_of_the_merged_commit_counts() -> None:
    there = seen(yes("dana"), four_eyes=False, contributors=("dana",))
    assert (there.stage, missing_approval(there, four_eyes=False)) == (Stage.APPROVED, None)
    stale = seen(yes("rio", EARLIER), four_eyes=False)
    assert missing_approval(stale, four_eyes=False) == ApprovalMissing(stale=("rio",))


def test_an_approval_after_the_merge_approved_nothing() -> None:
    later = replace(yes("rio"), at=NOW + timedelta(seconds=1))
    assert missing_approval(seen(later, pull=MERGED), four_eyes=True) == ApprovalMissing(merged=True)
    assert missing_approval(seen(replace(later, at=NOW), pull=MERGED), four_eyes=True) is None
    assert missing_approval(seen(later), four_eyes=True) is None


def test_a_rebuilt_branch_has_to_be_approved_again() -> None:
    there = seen(yes("rio"))
    rebuilt = observe(there, replace(OPEN, head="e" * 40), [yes("rio")], QUIET, NOW)
    assert (rebuilt.stage, rebuilt.pull_request.approved_by, rebuilt.pull_request.stale_approvals) == (
        Stage.OPEN,
        (),
        ("rio",),
    )
