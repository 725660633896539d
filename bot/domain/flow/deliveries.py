"""From a verified delivery of a webhook to the event that it tells of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.chat import comments, markers
from bot.domain.flow.events import (
    CommentCreated,
    CommitChecksChanged,
    Event,
    IssueLabeled,
    MergeGroupRequested,
    OtherPullChanged,
    PreparationChanged,
    TextEdited,
    UpgradeChanged,
    WorkflowRunChanged,
)
from bot.domain.github_models import GHOST_LOGIN
from bot.domain.version_titles import version_in_title
from bot.domain.versions import VERSION_PATTERN, Version

SUBSCRIBED_EVENTS = frozenset(
    {
        "issues",
        "issue_comment",
        "merge_group",
        "pull_request",
        "pull_request_review",
        "check_run",
        "check_suite",
        "status",
        "workflow_run",
    }
)
"""The events the App must subscribe to."""
QUEUE_EVENTS = frozenset({"merge_group"})
"""Those of them that only a repository with a merge queue needs. They take the permission `merge_queues`."""

_VERSION = rf"v(?P<version>{VERSION_PATTERN})"
UPGRADE_BRANCH = re.compile(rf"(?P<slug>[a-z0-9][a-z0-9._-]*)/(?:upgrade|rollback)-{_VERSION}", re.ASCII)
PREPARATION_BRANCH = re.compile(rf"golden/{_VERSION}", re.ASCII)


_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MAX_NUMBER = 2**63 - 1


class DeliveryOutcome(StrEnum):
    """What mibot does with a delivery."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"
    NO_ID = "no_id"
    MALFORMED = "malformed"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    NO_STORAGE = "no_storage"


@dataclass(frozen=True)
class EventFilter:
    """What makes a delivery relevant: our two repositories (`owner/name`) and the label (`policy.label`)."""

    releases: str
    deployment: str
    label: str


def parse_event(name: str, payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    """The event that a verified delivery tells of, or None if it is not relevant.

    Raises ValueError for a payload that does not have the shape that GitHub documents for the event.
    """
    reader = _PARSERS.get(name)
    if reader is None:
        return None
    try:
        return reader(payload, relevant)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"the {name} payload lacks what GitHub documents for it") from error


def _number(value: object) -> int:
    """An id or a number of GitHub's. Neither a fraction nor anything that no database takes."""
    if type(value) is not int or not 0 < value <= _MAX_NUMBER:
        raise ValueError("the payload has something else where GitHub documents a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("the payload has something else where GitHub documents a text")
    return value


def _text_or_null(value: object) -> str:
    return "" if value is None else _text(value)


def _commit(value: object) -> str:
    commit = _text(value)
    if not _COMMIT.fullmatch(commit):
        raise ValueError("the payload has something else where GitHub documents a commit")
    return commit


def _repository(payload: Mapping[str, Any]) -> str:
    return _text(payload["repository"]["full_name"]).lower()


def _login(user: Mapping[str, Any] | None) -> str:
    """The login of a user. A deleted account is null."""
    return GHOST_LOGIN if user is None else _text(user["login"])


def _is_bot(user: Mapping[str, Any] | None) -> bool:
    """Whether mibot ignores the user's commands. A deleted account is null."""
    return user is None or user.get("type") == "Bot" or _login(user).endswith("[bot]")


def _is_pull(issue: Mapping[str, Any]) -> bool:
    """Whether an issue is a pull request. Some senders write null for one that is none."""
    return issue.get("pull_request") is not None


def _has_label(issue: Mapping[str, Any], label: str) -> bool:
    names = (entry if isinstance(entry, str) else entry["name"] for entry in issue["labels"] or [])
    return any(_text(name).lower() == label.lower() for name in names)


def _may_be_tracker(issue: Mapping[str, Any]) -> bool:
    """Whether it looks like a tracker of mibot's own, from which people may have taken the label."""
    return _is_bot(issue.get("user")) and markers.tracker_version(_text_or_null(issue.get("body"))) is not None


def _issues(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    issue = payload["issue"]
    if _repository(payload) != relevant.releases.lower() or _is_pull(issue):
        return None
    if _text(payload["action"]) == "edited":
        return _edited(payload, relevant)
    if _text(payload["action"]) not in {"opened", "labeled", "reopened"} or not _has_label(issue, relevant.label):
        return None
    version = version_in_title(_text(issue["title"]))
    reopened = payload["action"] == "reopened"  # if it is a tracker, what waits goes on
    marked = markers.tracker_version(_text_or_null(issue.get("body"))) == version
    if version is None or (marked and not reopened):
        return None
    return IssueLabeled(_number(issue["number"]), str(version), _login(payload.get("sender")))


def _issue_comment(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    issue, comment = payload["issue"], payload["comment"]
    if _repository(payload) != relevant.releases.lower() or _is_pull(issue):
        return None
    if _text(payload["action"]) == "edited":
        return _edited(payload, relevant, _number(comment["id"])) if _is_bot(comment["user"]) else None
    if _text(payload["action"]) != "created" or _is_bot(comment["user"]):
        return None
    if not _has_label(issue, relevant.label) and not _may_be_tracker(issue):
        return None
    body = _text_or_null(comment.get("body"))
    if not any(comments.command_names(body)):
        return None
    version = version_in_title(_text(issue["title"]))
    author = _login(comment["user"])
    return CommentCreated(_number(comment["id"]), _number(issue["number"]), str(version or ""), body, author)


def _edited(payload: Mapping[str, Any], relevant: EventFilter, comment: int = 0) -> Event | None:
    """A person's edit of a tracker. What bots edit is no news: mibot's own edits are among it."""
    issue, edited = payload["issue"], payload["comment" if comment else "issue"]
    if _is_bot(payload.get("sender")) or not _has_label(issue, relevant.label):
        return None
    texts = (_text_or_null(edited.get("body")), _text_before(payload))
    return TextEdited(_number(issue["number"]), comment) if any(map(markers.is_tracker, texts)) else None


def _text_before(payload: Mapping[str, Any]) -> str:
    """The text before an edit, empty if unknown: some servers say only that it changed."""
    changes = payload.get("changes")
    body = changes.get("body") if isinstance(changes, Mapping) else None
    before = body.get("from") if isinstance(body, Mapping) else None
    return before if isinstance(before, str) else ""


def _pull(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    if _repository(payload) != relevant.deployment.lower():
        return None
    pull = payload["pull_request"]
    event = event_for_branch(_text(pull["head"]["ref"]))
    if event is None and payload["action"] in _NEW_HEAD and _goes_into_base(pull, payload["repository"]):
        return OtherPullChanged(_commit(pull["head"]["sha"]))
    return event


_NEW_HEAD = frozenset({"opened", "reopened", "synchronize", "ready_for_review", "edited"})


def _goes_into_base(pull: Mapping[str, Any], repository: Mapping[str, Any]) -> bool:
    base = pull.get("base") or {}
    return bool(base.get("ref")) and base.get("ref") == repository.get("default_branch")


def _merge_group(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    if _repository(payload) != relevant.deployment.lower() or payload["action"] != "checks_requested":
        return None
    group = payload["merge_group"]
    return MergeGroupRequested(_commit(group["head_sha"]), _text(group["head_ref"]))


def event_for_branch(branch: str) -> UpgradeChanged | PreparationChanged | None:
    """The upgrade or preparation that a branch belongs to, by its name (domain.md, "An upgrade of one instance")."""
    for pattern in (PREPARATION_BRANCH, UPGRADE_BRANCH):
        match = pattern.fullmatch(branch)
        version = Version.parse(match["version"]) if match else None
        if match and version:
            slug = match.groupdict().get("slug")
            return UpgradeChanged(slug, str(version)) if slug else PreparationChanged(str(version))
    return None


def _check(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    run = payload.get("check_run") or payload["check_suite"]
    if _repository(payload) != relevant.deployment.lower() or run.get("status") != "completed":
        return None
    branch = run.get("head_branch") or (run.get("check_suite") or {}).get("head_branch")
    return _commit_event(_commit(run["head_sha"]), [branch] if branch else [])


def _status(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    if _repository(payload) != relevant.deployment.lower():
        return None
    return _commit_event(_commit(payload["sha"]), [_text(branch["name"]) for branch in payload.get("branches") or []])


def _commit_event(commit: str, branches: Sequence[str]) -> Event | None:
    """The event for a commit, or None if GitHub names its branches and none of them is ours."""
    if not branches:
        return CommitChecksChanged(commit)
    touched = (event_for_branch(_text(branch)) for branch in branches)
    return next((event for event in touched if event), None)


def _workflow_run(payload: Mapping[str, Any], relevant: EventFilter) -> Event | None:
    run = payload["workflow_run"]
    if _repository(payload) != relevant.deployment.lower():
        return None
    if _text(payload["action"]) not in {"requested", "in_progress", "completed"}:
        return None
    return WorkflowRunChanged(_number(run["id"]), _commit(run["head_sha"]))


_PARSERS = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "merge_group": _merge_group,
    "pull_request": _pull,
    "pull_request_review": _pull,
    "check_run": _check,
    "check_suite": _check,
    "status": _status,
    "workflow_run": _workflow_run,
}
