"""Why a request to GitHub fails. Every reason names the action that was attempted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.failures.github_actions import GitHubAction
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


class GitHubProblem(StrEnum):
    """What went wrong, where that needs no further details."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    UNEXPECTED_ANSWER = "unexpected_answer"
    WRONG_CONTENT = "wrong_content"
    CREDENTIALS_REJECTED = "credentials_rejected"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    NOTHING_TO_CHANGE = "nothing_to_change"
    TREE_TOO_LARGE = "tree_too_large"
    NO_DNS = "no_dns"
    TLS_FAILED = "tls_failed"
    CUT_SHORT = "cut_short"
    CLOCK_DIFFERS = "clock_differs"
    NO_PUBLIC_KEY = "no_public_key"
    TOKEN_NOT_KNOWN = "token_not_known"  # noqa: S105 - a problem, not a password
    PERMISSIONS_NOT_GRANTED = "permissions_not_granted"
    SUSPENDED = "suspended"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    SINGLE_SIGN_ON = "single_sign_on"
    NO_ACCESS = "no_access"
    ARCHIVED = "archived"
    BLOCKED = "blocked"
    EMPTY = "empty"
    ISSUES_DISABLED = "issues_disabled"
    LOCKED = "locked"
    BEHIND = "behind"
    TOO_LARGE = "too_large"


@stored("github.failed", action="action", problem="problem")
@dataclass(frozen=True)
class GitHubFailed(Reason):
    """A request failed in a way that has no further details."""

    action: GitHubAction
    problem: GitHubProblem


@stored("github.rate_limited", action="action", wait="wait_seconds")
@dataclass(frozen=True)
class GitHubRateLimited(Reason):
    """GitHub asks for a pause of `wait` seconds."""

    action: GitHubAction
    wait: float


@stored("github.server_error", action="action", status="status")
@dataclass(frozen=True)
class GitHubServerError(Reason):
    """GitHub answered with a status of 500 or above."""

    action: GitHubAction
    status: int


@stored("github.not_json", action="action", status="status")
@dataclass(frozen=True)
class GitHubNotJson(Reason):
    """The answer is a page for people or garbage: most likely it is not GitHub's API that answers."""

    action: GitHubAction
    status: int


@stored("github.refused", action="action", status="status", said="said", permission="permission")
@dataclass(frozen=True)
class GitHubRefused(Reason):
    """GitHub refuses the request, and only its own words say why.

    `said` is its message in one short line, without paths, branches, mentions or tokens. `permission` is the one that
    the App probably lacks (`issues=write`), empty if unknown.
    """

    action: GitHubAction
    status: int
    said: str
    permission: str = ""


@stored("github.list_too_long", action="action", limit="limit")
@dataclass(frozen=True)
class GitHubListTooLong(Reason):
    """A list has more than `limit` entries, which is as far as mibot reads."""

    action: GitHubAction
    limit: int


@stored("github.app_key_unreadable")
@dataclass(frozen=True)
class AppKeyUnreadable(Reason):
    """The App's private key is not one."""


@stored("github.app_not_installed", owner="owner")
@dataclass(frozen=True)
class AppNotInstalled(Reason):
    """The App is not installed for this user or organization."""

    owner: str


@stored("github.workflow_file_missing", workflow="workflow")
@dataclass(frozen=True)
class WorkflowFileMissing(Reason):
    """The deployment repository's base branch has no workflow file of this name, or the App may not see it."""

    workflow: str


@stored("upstream.file_missing", path="path", version="version")
@dataclass(frozen=True)
class UpstreamFileMissing(Reason):
    """Upstream's repository has no such file at the tag of this version."""

    path: str
    version: Version
