"""Pull requests of the deployment repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.domain.github_models import CheckRun, CommitChecks, PublishedCheckRun, PullRequest, Review


class PullRequestReader(Protocol):
    """What GitHub says of one pull request."""

    def pull(self, number: int) -> PullRequest: ...
    def reviews(self, number: int) -> Sequence[Review]: ...
    def checks(self, commit: str) -> CommitChecks:
        """The state of other people's checks of a commit."""


class PullRequestLabels(Protocol):
    """Labels pull requests."""

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        """Add the labels; those that the pull request carries already stay."""


class PullRequestEditor(PullRequestLabels, Protocol):
    """Finds, creates and changes pull requests."""

    def pull(self, number: int) -> PullRequest: ...
    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        """The pull requests from that branch, in any state, newest first. One request."""

    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        """Raises ConflictError if there is an open pull request from that branch."""

    def edit_pull(self, number: int, body: str) -> None: ...
    def close_pull(self, number: int) -> None:
        """Close it without a merge. Closing a closed one changes nothing."""


class CheckRuns(Protocol):
    """mibot's own check runs."""

    def newest_check_run(self, commit: str, name: str) -> PublishedCheckRun | None:
        """Our newest one of that name, or None."""

    def check_run(self, number: int) -> PublishedCheckRun: ...
    def create_check_run(self, commit: str, report: CheckRun) -> int:
        """Returns its id."""

    def update_check_run(self, number: int, report: CheckRun) -> None:
        """One that is completed stays completed."""

    def fit_check_run(self, report: CheckRun) -> CheckRun:
        """The report as GitHub will show it, within its limits."""
