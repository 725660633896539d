"""What GitHub says, as plain data: the answers of the GitHub port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GHOST_LOGIN = "ghost"
"""GitHub's own name for those who deleted their account."""


@dataclass(frozen=True)
class Issue:
    """An issue of the releases repository. `author` is a login; `by_bot` is true for every bot's issue.

    `outsider`: as far as GitHub tells, its author belongs neither to the organization nor to the repository. `node`
    is its id in GraphQL.
    """

    number: int
    title: str
    body: str
    labels: frozenset[str]
    author: str
    by_bot: bool
    open: bool
    url: str
    updated_at: datetime
    closed_at: datetime | None = None
    outsider: bool = False
    node: str = ""

    def is_by_app(self, login: str) -> bool:
        """Whether the App with this login wrote it. Only then do hidden marks in it count: anybody can write one."""
        return self.by_bot and self.author.lower() == login.lower()


@dataclass(frozen=True)
class Comment:
    """A comment on an issue; `edited` when it was changed after it was written. `node` is its id in GraphQL."""

    id: int
    issue: int
    body: str
    author: str
    by_bot: bool
    url: str
    created_at: datetime
    updated_at: datetime
    node: str = ""

    @property
    def edited(self) -> bool:
        """On GitHub a new comment has the same time twice."""
        return self.updated_at > self.created_at

    def is_by_app(self, login: str) -> bool:
        """Whether the App with this login wrote it. Only then do hidden marks in it count: anybody can write one."""
        return self.by_bot and self.author.lower() == login.lower()


@dataclass(frozen=True)
class Revision:
    """One state of a body that was edited: by whom, and when. `text` is None when people deleted it from the history;
    `ours` when mibot wrote it."""

    id: str
    text: str | None
    ours: bool
    editor: str
    at: datetime


@dataclass(frozen=True)
class Head:
    """The tip of a branch: its commit and that commit's tree."""

    commit: str
    tree: str


@dataclass(frozen=True)
class Drift:
    """How a branch stands to the base branch: whether all commits it has beyond it are ours, and whether the base
    branch has commits that it lacks."""

    ours: bool
    behind: bool


@dataclass(frozen=True)
class BranchOrigin:
    """Where a branch leaves the base branch, and the logins of those who wrote its commits, without mibot's."""

    merge_base: str
    contributors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CommitRef:
    """A commit, and the one before it (its first parent; None for the first of all)."""

    commit: str
    parent: str | None


@dataclass(frozen=True)
class PullRequest:
    """A pull request of the deployment repository. `base` is the branch that it would be merged into, or was;
    `into_base` is whether that is the base branch of mibot's pull requests. `base_commit` is its tip as GitHub
    compared the pull request with it last."""

    number: int
    title: str
    body: str
    url: str
    branch: str
    head: str
    open: bool
    merged: bool
    author: str
    labels: frozenset[str]
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_commit: str = ""
    base: str = ""
    into_base: bool = True
    base_commit: str = ""


class ReviewState(StrEnum):
    """A reviewer's latest word on a pull request."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes requested"
    COMMENTED = "commented"


@dataclass(frozen=True)
class Review:
    """One person's standing review: the latest that counts, dismissed ones left out. `commit` is what they reviewed:
    empty if GitHub does not know it any more, None if nobody asked. `at` is when (UTC), None if that is not told."""

    reviewer: str
    state: ReviewState
    commit: str | None = None
    at: datetime | None = None


class Conclusion(StrEnum):
    """Check runs and commit statuses of one commit, taken together."""

    NONE = "none"
    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True)
class CommitChecks:
    """The conclusion for a commit and the names of what failed or is still running."""

    conclusion: Conclusion
    failed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkflowRun:
    """A run of a workflow: GitHub's words for `event`, `status` (`queued`, `in_progress`, `completed` …) and
    `conclusion` (nothing before it is completed). `title` is what its `run-name` makes, `actor` who started it."""

    id: int
    url: str
    title: str
    actor: str
    event: str
    status: str
    conclusion: str
    commit: str
    created_at: datetime
    updated_at: datetime
    attempt: int = 1

    @property
    def completed(self) -> bool:
        return self.status == "completed"

    @property
    def succeeded(self) -> bool:
        return self.completed and self.conclusion == "success"


@dataclass(frozen=True)
class FailedJob:
    """A job of a run that did not succeed, its first step that did not (nothing when no step began), and its log."""

    job: str
    step: str
    url: str


@dataclass(frozen=True)
class CheckRun:
    """A check run of mibot's own on a commit. `conclusion` is GitHub's word (`success`, `failure`, `action_required`,
    `neutral`), or nothing while it goes on; `summary` is Markdown."""

    name: str
    conclusion: str
    title: str
    summary: str


@dataclass(frozen=True)
class PublishedCheckRun:
    """A check run of mibot's own as GitHub shows it, by its id."""

    number: int
    check_run: CheckRun


@dataclass(frozen=True)
class AppInfo:
    """What GitHub says of the App itself, for `mibot doctor`."""

    slug: str
    permissions: dict[str, str]
    events: frozenset[str]
