"""Looks whether trackers are open: people close, reopen, delete and transfer them."""

from __future__ import annotations

import structlog

from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import Issue
from bot.domain.reasons import Reason
from bot.domain.rollout.reasons import TrackerClosed, TrackerGone
from bot.domain.tracker.record import TrackerRecord, TrackerState
from bot.ports.errors import NotFoundError, TransientError
from bot.ports.issues import IssueComments, IssueReader

log = structlog.get_logger(__name__)


class TrackerStates:
    """Reads trackers. `label` marks the issues that mibot reads."""

    def __init__(self, issues: IssueReader, label: str) -> None:
        self._issues = issues
        self._label = label

    def look(self, record: TrackerRecord) -> tuple[TrackerState, Issue | None]:
        """What people did with it by now, and the issue unless it is gone.

        One that is known to be gone stays so: GitHub brings none back under its number. Raises ExternalError if the
        repository can't be read.
        """
        if record.state is TrackerState.GONE:
            return TrackerState.GONE, None
        try:
            issue = self._issues.issue(record.issue)
        except NotFoundError:
            self._expect_not_listed(record)
            return TrackerState.GONE, None
        return (TrackerState.OPEN if issue.open else TrackerState.CLOSED), issue

    def _expect_not_listed(self, record: TrackerRecord) -> None:
        """Make sure that the issue is gone: nothing brings back what was given up. Raises TransientError if the
        repository is out of reach, too, or its list still has the issue."""
        reason = GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.NOT_FOUND)
        try:
            listed = self._issues.list_issues([self._label], state="all")
        except NotFoundError as error:
            raise TransientError(reason) from error
        if any(issue.number == record.issue for issue in listed):
            raise TransientError(reason)

    def obstacle(self, record: TrackerRecord) -> Reason | None:
        """Why nothing of the tracker's version may start now, or None."""
        state, _ = self.look(record)
        return stop_reason(record, state)


def kept_parts(comments: IssueComments, record: TrackerRecord) -> tuple[int, ...]:
    """The comments that continue the tracker, without those that people deleted."""
    kept = []
    for part in record.parts:
        try:
            comments.comment(part)
        except NotFoundError:
            continue
        kept.append(part)
    return tuple(kept)


def stop_reason(record: TrackerRecord, state: TrackerState) -> Reason | None:
    """Why nothing starts while the tracker is in that state, or None."""
    match state:
        case TrackerState.OPEN:
            return None
        case TrackerState.CLOSED:
            return TrackerClosed(record.version, record.issue)
        case TrackerState.GONE:
            return TrackerGone(record.version, record.issue)
