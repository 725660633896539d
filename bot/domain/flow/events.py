"""What happens on GitHub, typed.

An event is a hint: it says where to look, and handlers read the state there from GitHub. So it has names and numbers
only. A new comment is the exception, because its text counts as it was when it was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.formats.documents import stored


@stored("github.issue_labeled", number="issue", version="version", by="labeled_by")
@dataclass(frozen=True)
class IssueLabeled:
    """An issue that names a version got the label, or was opened with it."""

    number: int
    version: str
    by: str


@stored(
    "github.comment_created",
    comment="comment",
    issue="issue",
    version="version",
    body="body",
    author="author",
    delivery="delivery",
)
@dataclass(frozen=True)
class CommentCreated:
    """Somebody wrote a comment with commands on an issue that has the label.

    `version` is the version that the issue names, empty if it names none. `delivery` is the id of the delivery that
    told of it.
    """

    comment: int
    issue: int
    version: str
    body: str
    author: str
    delivery: str = ""


@stored("github.text_edited", issue="issue", comment="comment")
@dataclass(frozen=True)
class TextEdited:
    """A person edited an issue, or a comment on it (`comment` is 0 for the issue's own body)."""

    issue: int
    comment: int = 0


@stored("github.upgrade_changed", slug="slug", version="version")
@dataclass(frozen=True)
class UpgradeChanged:
    """The pull request of an upgrade changed: a review, a merge, a push, a check; or it was closed."""

    slug: str
    version: str


@stored("github.preparation_changed", version="version")
@dataclass(frozen=True)
class PreparationChanged:
    """The pull request that prepares a version changed."""

    version: str


@stored("github.commit_checks_changed", commit="commit")
@dataclass(frozen=True)
class CommitChecksChanged:
    """A check run or status of a commit concluded. The store knows which upgrade the commit belongs to."""

    commit: str


@stored("github.workflow_run_changed", run="run", commit="commit")
@dataclass(frozen=True)
class WorkflowRunChanged:
    """A workflow run of the deployment repository was requested, began or ended; `commit` is what it runs on."""

    run: int
    commit: str


@stored("github.merge_group_requested", commit="commit", branch="branch")
@dataclass(frozen=True)
class MergeGroupRequested:
    """The merge queue asks for the checks of a commit, which has a branch of its own."""

    commit: str
    branch: str


@stored("github.other_pull_changed", commit="commit")
@dataclass(frozen=True)
class OtherPullChanged:
    """A pull request that is no upgrade has a new head."""

    commit: str


Event = (
    IssueLabeled
    | TextEdited
    | CommentCreated
    | UpgradeChanged
    | PreparationChanged
    | CommitChecksChanged
    | WorkflowRunChanged
    | MergeGroupRequested
    | OtherPullChanged
)
