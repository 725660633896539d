"""Issues and comments of the releases repository: the port `Issues` on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.adapters.github.access import TRIAGE_ROLES, has_role
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.session import Session
from bot.adapters.github.parsing import parse_comment, parse_issue, parse_issue_or_pull, parse_revisions
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import Comment, Issue, Revision

READ_ISSUE = Purpose(GitHubAction.READ_ISSUE, "issues=read")
LIST_ISSUES = Purpose(GitHubAction.LIST_ISSUES, "issues=read")
OPEN_ISSUE = Purpose(GitHubAction.OPEN_ISSUE, "issues=write")
EDIT_ISSUE = Purpose(GitHubAction.EDIT_ISSUE, "issues=write")
LABEL_ISSUE = Purpose(GitHubAction.LABEL_ISSUE, "issues=write")
READ_COMMENTS = Purpose(GitHubAction.READ_COMMENTS, "issues=read")
WRITE_COMMENT = Purpose(GitHubAction.WRITE_COMMENT, "issues=write")
EDIT_COMMENT = Purpose(GitHubAction.EDIT_COMMENT, "issues=write")
REACT = Purpose(GitHubAction.ADD_REACTION, "issues=write")
READ_HISTORY = Purpose(GitHubAction.READ_EDIT_HISTORY, "issues=read")

MAX_REVISIONS = 50
"""Each is a whole body. So many edits between one of mibot's and the look at the history are not to be expected."""
EDIT_HISTORY = """
query ($node: ID!, $count: Int!) {
  node(id: $node) {
    ... on Comment {
      userContentEdits(first: $count) { nodes { id editedAt deletedAt diff editor { __typename login } } }
    }
  }
}
"""
"""https://docs.github.com/en/graphql/reference/objects#usercontentedit. `diff` is the whole text after the edit."""


class GitHubIssues:
    """The issues of `repository` (`owner/name`)."""

    def __init__(self, session: Session, repository: str) -> None:
        self._session = session
        self._client = session.repository(repository)

    @property
    def bot_login(self) -> str:
        return self._session.bot_login

    def write_slot(self) -> AbstractContextManager[None]:
        """For a read-modify-write: the block begins when its first write may go out without waiting."""
        return self._session.write_slot()

    def issue(self, number: int) -> Issue:
        found = self._client.get(f"/issues/{number}", READ_ISSUE, parse_issue)
        if found.outsider and has_role(self._client, found.author, TRIAGE_ROLES):
            return replace(found, outsider=False)
        return found

    def list_issues(self, labels: Iterable[str], *, state: str, since: datetime | None = None) -> Sequence[Issue]:
        """Lowest number first. The labels of a list cannot hold a comma: GitHub's list is separated by them."""
        query = {"labels": ",".join(sorted(labels)), "state": state, "sort": "created", "direction": "asc"}
        found = self._client.list_all("/issues", LIST_ISSUES, parse_issue_or_pull, **query, **_since(since))
        unique = {item.number: item for item in found if item is not None and _recent(item.updated_at, since)}
        return [unique[number] for number in sorted(unique)]

    def create_issue(self, title: str, body: str, labels: Iterable[str]) -> Issue:
        new = {"title": title, "body": body, "labels": sorted(labels)}
        return self._client.post("/issues", OPEN_ISSUE, new, parse_issue)

    def edit_issue(self, number: int, body: str) -> None:
        self._client.patch(f"/issues/{number}", EDIT_ISSUE, {"body": body})

    def add_labels(self, number: int, labels: Iterable[str]) -> None:
        names = sorted(labels)
        if names:
            self._client.post(f"/issues/{number}/labels", LABEL_ISSUE, {"labels": names})

    def comments(self, number: int) -> Sequence[Comment]:
        found = self._client.list_all(f"/issues/{number}/comments", READ_COMMENTS, parse_comment)
        unique = {item.id: item for item in found}
        return sorted(unique.values(), key=lambda item: (item.created_at, item.id))

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        # Newest first: a comment that is edited between two pages pushes the others to a later page, so we see one
        # twice. In the other order, one would move to an earlier page and be missed.
        query = {"sort": "updated", "direction": "desc", **_since(since)}
        found = self._client.list_all("/issues/comments", READ_COMMENTS, parse_comment, **query)
        unique = {item.id: item for item in found if _recent(item.updated_at, since)}
        return sorted(unique.values(), key=lambda item: (item.updated_at, item.id))

    def comment(self, comment: int) -> Comment:
        return self._client.get(f"/issues/comments/{comment}", READ_COMMENTS, parse_comment)

    def create_comment(self, number: int, body: str) -> Comment:
        return self._client.post(f"/issues/{number}/comments", WRITE_COMMENT, {"body": body}, parse_comment)

    def edit_comment(self, comment: int, body: str) -> None:
        self._client.patch(f"/issues/comments/{comment}", EDIT_COMMENT, {"body": body})

    def revisions(self, node: str) -> Sequence[Revision]:
        slug = self._session.app_slug
        variables = {"node": node, "count": MAX_REVISIONS}
        return self._client.query(EDIT_HISTORY, variables, READ_HISTORY, lambda data: parse_revisions(data, slug))

    def react(self, comment: int, content: str) -> None:
        self._client.post(f"/issues/comments/{comment}/reactions", REACT, {"content": content})


def _recent(updated_at: datetime, since: datetime | None) -> bool:
    """Whether it is from `since` or later.

    GitHub's times are whole seconds, so the whole second of `since` counts.
    """
    return since is None or updated_at >= since.replace(microsecond=0)


def _since(since: datetime | None) -> dict[str, str]:
    if since is None:
        return {}
    # A second earlier, for servers that compare times as text and put "…07Z" after "…07.5Z".
    earlier = since.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)
    return {"since": earlier.strftime("%Y-%m-%dT%H:%M:%SZ")}
