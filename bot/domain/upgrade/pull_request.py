"""What mibot knows of a pull request of its own: an upgrade's, a rollback's or a preparation's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.github_models import CommitChecks, Conclusion, PullRequest, Review, ReviewState
from bot.domain.reasons import Reason
from bot.domain.upgrade.content import PullRequestContent
from bot.domain.upgrade.reasons.pull_requests import ContentNotAccepted, GoesElsewhere
from bot.formats.documents import stored


@stored("pull_request.merge", at="at", by="by", commit="commit")
@dataclass(frozen=True)
class Merge:
    """That a pull request is merged: when (UTC), by whom (empty if unknown), and as which commit."""

    at: datetime
    by: str = ""
    commit: str = ""


@stored(
    "pull_request.branch",
    built_commit="built_commit",
    base_commit="base_commit",
    change_fingerprint="change_fingerprint",
)
@dataclass(frozen=True)
class BranchState:
    """The branch as mibot built it last, or left it.

    `built_commit` is the commit that mibot put on the branch, `base_commit` the base branch's tip below it. Where
    mibot leaves the branch as it is, they are the two tips that it compared last. `change_fingerprint` says what the
    change set does.
    """

    built_commit: str = ""
    base_commit: str = ""
    change_fingerprint: str = ""


@stored(
    "pull_request",
    number="number",
    url="url",
    head="head",
    checks="checks",
    failing_checks="failing_checks",
    approved_by="approved_by",
    changes_requested_by="changes_requested_by",
    merge="merge",
    branch="branch",
    warnings="warnings",
    note="note",
    base="base",
    stale_approvals="stale_approvals",
    contributors="contributors",
    content="content",
)
@dataclass(frozen=True)
class PullRequestState:
    """A pull request as GitHub showed it last, and what mibot did to its branch. `number` is None before it is
    opened.

    `checks` is the conclusion of its own checks on `head`, `failing_checks` their names. `warnings` is what a
    reviewer should know, `note` what happened to it since it was opened. `base` is the name that the base branch had
    when it was opened: only a merge into that counts.

    `approved_by` approved `head`, `stale_approvals` an earlier commit. `contributors` are people who pushed to the
    branch. `content` is what is known of what `head` changes.
    """

    number: int | None = None
    url: str = ""
    head: str = ""
    checks: Conclusion = Conclusion.NONE
    failing_checks: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    changes_requested_by: tuple[str, ...] = ()
    merge: Merge | None = None
    branch: BranchState = field(default_factory=BranchState)
    warnings: tuple[Reason, ...] = ()
    note: Reason | None = None
    base: str = ""
    stale_approvals: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    content: PullRequestContent = field(default_factory=PullRequestContent)

    @property
    def merged_at(self) -> datetime | None:
        return self.merge.at if self.merge else None

    @property
    def merged_by(self) -> str:
        return self.merge.by if self.merge else ""

    @property
    def merge_commit(self) -> str:
        return self.merge.commit if self.merge else ""

    @property
    def obstacle(self) -> Reason | None:
        """Why it may not be deployed as it is, or None: it goes elsewhere, or is not what was planned."""
        if isinstance(self.note, GoesElsewhere) and self.merge is None:
            return self.note
        difference = self.content.difference
        return ContentNotAccepted(difference) if difference and self.content.needs_acceptance else None

    @property
    def needs_comparison(self) -> bool:
        """Whether nobody knows what `head` changes."""
        return self.number is not None and self.content.commit != self.head

    def observe(
        self, pull: PullRequest, reviews: Sequence[Review], checks: CommitChecks | None, now: datetime
    ) -> PullRequestState:
        """The state as GitHub shows the pull request now. `checks` is None for a pull request without checks that
        matter."""
        seen = checks or CommitChecks(self.checks, self.failing_checks)
        in_time = [one for one in reviews if not _is_late(one, pull)]
        merge, note = self.merge, None if isinstance(self.note, GoesElsewhere) else self.note
        if pull.merged and self.counts(pull):
            merge = Merge(pull.merged_at or now, pull.merged_by or "", pull.merge_commit)
        if pull.open and not self.counts(pull):
            note = GoesElsewhere(pull.base)
        return replace(
            self,
            number=pull.number,
            url=pull.url,
            head=pull.head,
            checks=seen.conclusion,
            failing_checks=seen.failed,
            approved_by=_reviewers([one for one in in_time if _is_of(one, pull.head)], ReviewState.APPROVED),
            stale_approvals=_reviewers([one for one in in_time if not _is_of(one, pull.head)], ReviewState.APPROVED),
            changes_requested_by=_reviewers(reviews, ReviewState.CHANGES_REQUESTED),
            merge=merge,
            note=note,
        )

    def counts(self, pull: PullRequest) -> bool:
        """Whether the pull request goes, or went, where it was planned. A branch that people renamed meanwhile keeps
        its old name in what was merged before."""
        return pull.into_base or (bool(self.base) and pull.base == self.base)


def _is_of(review: Review, head: str) -> bool:
    """Whether a review is of that commit. What GitHub does not tell of a review is not in its favor."""
    return review.commit is None or review.commit == head


def _is_late(review: Review, pull: PullRequest) -> bool:
    """Whether a review was made when the pull request was merged already: then it did not approve the merge."""
    return review.at is not None and pull.merged_at is not None and review.at > pull.merged_at


def _reviewers(reviews: Sequence[Review], state: ReviewState) -> tuple[str, ...]:
    return tuple(sorted(review.reviewer for review in reviews if review.state is state))
