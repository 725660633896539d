"""Deliveries of GitHub, typed: the few things that can have happened, and which of them anybody wants.

A delivery is a hint: it says where to look, and what is there is read from GitHub. So an event carries names and
numbers only, except for a new comment, whose text at the time it was written is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.chat import comments, markers
from bot.domain.versions import Version
from bot.formats.documents import stored

SUBSCRIBED_EVENTS = frozenset(
    {
        "issues",
        "issue_comment",
        "pull_request",
        "pull_request_review",
        "check_run",
        "check_suite",
        "status",
        "workflow_run",
    }
)
"""The events the App must subscribe to."""

_VERSION = r"v(?P<version>\d+\.\d+\.\d+(?:-rc\.\d+)?)"
UPGRADE_BRANCH = re.compile(rf"(?P<slug>[a-z0-9][a-z0-9._-]*)/(?:upgrade|rollback)-{_VERSION}", re.ASCII)
PREPARATION_BRANCH = re.compile(rf"golden/{_VERSION}", re.ASCII)


@stored("github.issue_labeled", number="issue", version="version", by="labeled_by")
@dataclass(frozen=True)
class IssueLabeled:
    """An issue that names a version carries the label now: it was opened with it or has just got it."""

    number: int
    version: str
    by: str


@stored("github.comment_created", comment="comment", issue="issue", version="version", body="body", author="author")
@dataclass(frozen=True)
class CommentCreated:
    """Somebody wrote a comment with commands on an issue that carries the label; `version` is what it names."""

    comment: int
    issue: int
    version: str
    body: str
    author: str


@stored("github.upgrade_changed", slug="slug", version="version")
@dataclass(frozen=True)
class UpgradeChanged:
    """Something happened to the pull request of one upgrade: a review, a merge, a closing, a push, a check."""

    slug: str
    version: str


@stored("github.preparation_changed", version="version")
@dataclass(frozen=True)
class PreparationChanged:
    """Something happened to the pull request that prepares a version."""

    version: str


@stored("github.commit_checks_changed", commit="commit")
@dataclass(frozen=True)
class CommitChecksChanged:
    """A check run or status of a commit concluded; which upgrade it belongs to, our own tables know."""

    commit: str


@stored("github.workflow_run_changed", run="run", commit="commit")
@dataclass(frozen=True)
class WorkflowRunChanged:
    """A workflow run of the deployment repository was asked for, began or ended; `commit` is what it runs on."""

    run: int
    commit: str


Event = IssueLabeled | CommentCreated | UpgradeChanged | PreparationChanged | CommitChecksChanged | WorkflowRunChanged


@dataclass(frozen=True)
class EventFilter:
    """What makes a delivery interesting: our two repositories (`owner/name`) and the label (`policy.label`)."""

    releases: str
    deployment: str
    label: str


def parse_event(name: str, payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    """The event that a verified delivery is, or None when nobody wants it.

    Raises ValueError for a payload that is not of the shape GitHub documents for that event.
    """
    reader = _PARSERS.get(name)
    if reader is None:
        return None
    try:
        return reader(payload, interest)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"the {name} payload lacks what GitHub documents for it") from error


def _repository(payload: Mapping[str, Any]) -> str:
    return str(payload["repository"]["full_name"]).lower()


def _is_bot(user: Mapping[str, Any] | None) -> bool:
    """A deleted account (null) counts as nobody we take orders from."""
    return user is None or user.get("type") == "Bot" or str(user["login"]).endswith("[bot]")


def _has_label(issue: Mapping[str, Any], label: str) -> bool:
    return any(str(entry["name"]).lower() == label.lower() for entry in issue["labels"])


def _issues(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    issue = payload["issue"]
    if _repository(payload) != interest.releases.lower() or "pull_request" in issue:
        return None
    if payload["action"] not in {"opened", "labeled", "reopened"} or not _has_label(issue, interest.label):
        return None
    version = Version.find_in(str(issue["title"]))
    if version is None or markers.tracker_version(str(issue.get("body") or "")) == version:
        return None
    return IssueLabeled(int(issue["number"]), str(version), str(payload["sender"]["login"]))


def _issue_comment(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    issue, comment = payload["issue"], payload["comment"]
    if _repository(payload) != interest.releases.lower() or "pull_request" in issue:
        return None
    if payload["action"] != "created" or _is_bot(comment["user"]) or not _has_label(issue, interest.label):
        return None
    body = str(comment.get("body") or "")
    if not comments.has_commands(body):
        return None
    version = Version.find_in(str(issue["title"]))
    author = str(comment["user"]["login"])
    return CommentCreated(int(comment["id"]), int(issue["number"]), str(version or ""), body, author)


def _pull(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    if _repository(payload) != interest.deployment.lower():
        return None
    return event_for_branch(str(payload["pull_request"]["head"]["ref"]))


def event_for_branch(branch: str) -> UpgradeChanged | PreparationChanged | None:
    """The upgrade or preparation that a branch belongs to, by its name (domain.md, "An upgrade of one instance")."""
    for pattern in (PREPARATION_BRANCH, UPGRADE_BRANCH):
        match = pattern.fullmatch(branch)
        version = Version.parse(match["version"]) if match else None
        if match and version:
            slug = match.groupdict().get("slug")
            return UpgradeChanged(slug, str(version)) if slug else PreparationChanged(str(version))
    return None


def _check(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    run = payload.get("check_run") or payload["check_suite"]
    if _repository(payload) != interest.deployment.lower() or run.get("status") != "completed":
        return None
    branch = run.get("head_branch") or (run.get("check_suite") or {}).get("head_branch")
    return _commit_event(str(run["head_sha"]), [branch] if branch else [])


def _status(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    if _repository(payload) != interest.deployment.lower():
        return None
    return _commit_event(str(payload["sha"]), [branch["name"] for branch in payload.get("branches") or []])


def _commit_event(commit: str, branches: Sequence[str]) -> Event | None:
    """By its branches where GitHub names them, so that checks of other branches are nobody's business."""
    if not branches:
        return CommitChecksChanged(commit)
    touched = (event_for_branch(str(branch)) for branch in branches)
    return next((event for event in touched if event), None)


def _workflow_run(payload: Mapping[str, Any], interest: EventFilter) -> Event | None:
    run = payload["workflow_run"]
    if _repository(payload) != interest.deployment.lower():
        return None
    if payload["action"] not in {"requested", "in_progress", "completed"}:
        return None
    return WorkflowRunChanged(int(run["id"]), str(run["head_sha"]))


_PARSERS = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "pull_request": _pull,
    "pull_request_review": _pull,
    "check_run": _check,
    "check_suite": _check,
    "status": _status,
    "workflow_run": _workflow_run,
}
