"""Pull requests of the deployment repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.domain.github_models import CheckRun, Comment, CommitChecks, PullRequest, Review
from bot.ports.accounts import BotAccount


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

    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        """The pull requests from that branch, in any state, newest first. One request."""

    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        """Raises ConflictError if there is an open pull request from that branch."""

    def edit_pull(self, number: int, body: str) -> None: ...


class PullRequestComments(BotAccount, Protocol):
    """Reads and writes the comments of pull requests."""

    def pull_comments(self, number: int) -> Sequence[Comment]:
        """The comments of one pull request, oldest first."""

    def comment_on_pull(self, number: int, body: str) -> Comment: ...
    def edit_pull_comment(self, comment: int, body: str) -> None: ...


class CheckRuns(Protocol):
    """mibot's own check runs."""

    def publish_check_run(self, commit: str, report: CheckRun) -> None:
        """Make sure that the commit has one check run of ours of that name, and that it says this."""
