"""GitHub's JSON as our models.

Pure. The functions raise KeyError, TypeError, ValueError or AttributeError for JSON of another shape, which
`GitHubClient` turns into an error.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.git_tree import Snapshot, TreeEntry
from bot.domain.github_models import (
    GHOST_LOGIN,
    Comment,
    CommitRef,
    FailedJob,
    Head,
    Issue,
    PullRequest,
    Revision,
    WorkflowRun,
)

_INSIDERS = {"OWNER", "MEMBER", "COLLABORATOR"}
_NO_FAILURE = {None, "success", "skipped", "neutral"}  # None: it goes on, or never began


def login_of(user: Any) -> str:
    return GHOST_LOGIN if user is None else str(user["login"])


def is_bot(user: Any) -> bool:
    return user is not None and (user.get("type") == "Bot" or str(user["login"]).endswith("[bot]"))


def parse_issue(data: Any) -> Issue:
    return Issue(
        number=int(data["number"]),
        title=str(data["title"]),
        body=data.get("body") or "",
        labels=_labels(data),
        author=login_of(data.get("user")),
        by_bot=is_bot(data.get("user")),
        open=data["state"] == "open",
        url=str(data["html_url"]),
        updated_at=_time(data["updated_at"]),
        closed_at=_time(data["closed_at"]) if data.get("closed_at") else None,
        outsider=not is_bot(data.get("user")) and (data.get("author_association") or "MEMBER") not in _INSIDERS,
        node=str(data.get("node_id") or ""),
    )


def parse_issue_or_pull(data: Any) -> Issue | None:
    """An item of GitHub's list of issues, or None if it is a pull request."""
    return None if "pull_request" in data else parse_issue(data)


def parse_comment(data: Any) -> Comment:
    return Comment(
        id=int(data["id"]),
        issue=int(str(data["issue_url"]).rpartition("/")[2]),
        body=data.get("body") or "",
        author=login_of(data.get("user")),
        by_bot=is_bot(data.get("user")),
        url=str(data["html_url"]),
        created_at=_time(data["created_at"]),
        updated_at=_time(data["updated_at"]),
        node=str(data.get("node_id") or ""),
    )


def parse_pull(data: Any, is_base: Callable[[str], bool] = lambda _: True) -> PullRequest:
    """A pull request; lists do not say who merged it, so `merged_by` is None there.

    `is_base` tells whether a branch is the base branch, where GitHub does not say which one is the default branch.

    Before the merge GitHub's `merge_commit_sha` is a trial of its own, on no branch; that one is left out.
    """
    merged_at = data.get("merged_at")
    base, default = str(data["base"]["ref"]), (data["base"].get("repo") or {}).get("default_branch")
    return PullRequest(
        number=int(data["number"]),
        title=str(data["title"]),
        body=data.get("body") or "",
        url=str(data["html_url"]),
        branch=str(data["head"]["ref"]),
        head=str(data["head"]["sha"]),
        open=data["state"] == "open",
        merged=merged_at is not None,
        author=login_of(data.get("user")),
        labels=_labels(data),
        merged_at=None if merged_at is None else _time(merged_at),
        merged_by=login_of(data["merged_by"]) if data.get("merged_by") else None,
        merge_commit="" if merged_at is None else str(data.get("merge_commit_sha") or ""),
        base=base,
        base_commit=str(data["base"]["sha"]),
        into_base=base == default if default else is_base(base),
    )


def parse_run(data: Any) -> WorkflowRun:
    """A run of a workflow. A server that does not tell its title tells at least the workflow's name."""
    return WorkflowRun(
        id=int(data["id"]),
        url=str(data["html_url"]),
        title=str(data.get("display_title") or data.get("name") or ""),
        actor=login_of(data.get("actor")),
        event=str(data["event"]),
        status=str(data["status"]),
        conclusion=str(data.get("conclusion") or ""),
        commit=str(data["head_sha"]),
        created_at=_time(data["created_at"]),
        updated_at=_time(data["updated_at"]),
        attempt=int(data.get("run_attempt") or 1),
    )


def parse_failed_job(data: Any) -> FailedJob | None:
    """A job of a run, or None if it did not fail."""
    if data["conclusion"] in _NO_FAILURE:
        return None
    failed = (step for step in data.get("steps") or [] if step["conclusion"] not in _NO_FAILURE)
    step = next((str(step["name"]) for step in failed), "")
    return FailedJob(job=str(data["name"]), step=step, url=str(data.get("html_url") or ""))


def is_from_repository(name: str, data: Any) -> bool:
    """Whether a pull request's branch is in that repository, which may have another name by now. A fork's branch may
    have the same name."""
    repo, base = data["head"].get("repo"), data["base"].get("repo") or {}
    names = {name.lower(), str(base.get("full_name") or name).lower()}
    return repo is not None and str(repo["full_name"]).lower() in names


def parse_first_head(data: Any) -> Head:
    """The newest commit of a list of commits."""
    return Head(commit=str(data[0]["sha"]), tree=str(data[0]["commit"]["tree"]["sha"]))


def parse_newest_change(data: Any) -> CommitRef | None:
    """The newest commit of a list of commits, or None if the list is empty."""
    if not data:
        return None
    parents = data[0]["parents"]
    return CommitRef(commit=str(data[0]["sha"]), parent=str(parents[0]["sha"]) if parents else None)


def parse_snapshot(data: Any) -> Snapshot | None:
    """A recursive tree, or None if GitHub did not list all of it."""
    if data["truncated"]:
        return None
    entries = data["tree"]
    files = {e["path"]: TreeEntry(mode=e["mode"], sha=e["sha"]) for e in entries if e["type"] == "blob"}
    folders = {e["path"]: e["sha"] for e in entries if e["type"] == "tree" and "/" not in e["path"]}
    return Snapshot(tree=str(data["sha"]), files=files, folders=folders)


def parse_revisions(data: Any, app_slug: str) -> list[Revision]:
    """The edit history in a GraphQL answer, oldest first; GitHub lists the newest first."""
    newest_first = data["data"]["node"]["userContentEdits"]["nodes"]
    nodes = list(reversed(newest_first))
    nodes.sort(key=lambda node: str(node["editedAt"]))  # stable: many edits may be of one second
    return [_revision(node, app_slug) for node in nodes]


def _revision(node: Any, app_slug: str) -> Revision:
    """In GraphQL the App's login is its slug, without `[bot]`."""
    editor = node["editor"] or {"__typename": "User", "login": GHOST_LOGIN}
    ours = (editor["__typename"], editor["login"]) == ("Bot", app_slug)
    text = None if node["deletedAt"] else str(node["diff"] or "")
    return Revision(str(node["id"]), text, ours, str(editor["login"]), _time(node["editedAt"]))


def _labels(data: Any) -> frozenset[str]:
    return frozenset(label if isinstance(label, str) else str(label["name"]) for label in data.get("labels") or [])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
