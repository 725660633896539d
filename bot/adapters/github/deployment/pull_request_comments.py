"""Comments of the deployment repository's pull requests, on GitHub."""

from __future__ import annotations

from collections.abc import Sequence

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.adapters.github.parsing import parse_comment
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import Comment

READ_COMMENTS = Purpose(GitHubAction.READ_PULL_REQUEST_COMMENTS, "pull_requests=read")
WRITE_COMMENT = Purpose(GitHubAction.WRITE_PULL_REQUEST_COMMENT, "pull_requests=write")
EDIT_COMMENT = Purpose(GitHubAction.EDIT_PULL_REQUEST_COMMENT, "pull_requests=write")


class GitHubPullRequestComments:
    """Implements `CommentThreads` for pull requests."""

    def __init__(self, session: Session, client: GitHubClient) -> None:
        self._session = session
        self._client = client

    @property
    def bot_login(self) -> str:
        return self._session.bot_login

    def comments(self, number: int) -> Sequence[Comment]:
        # Oldest first is GitHub's order of these. One that appears while we read page after page comes last.
        found = self._client.list_all(f"/issues/{number}/comments", READ_COMMENTS, parse_comment)
        return sorted({item.id: item for item in found}.values(), key=lambda item: (item.created_at, item.id))

    def create_comment(self, number: int, body: str) -> Comment:
        return self._client.post(f"/issues/{number}/comments", WRITE_COMMENT, {"body": body}, parse_comment)

    def edit_comment(self, comment: int, body: str) -> None:
        self._client.patch(f"/issues/comments/{comment}", EDIT_COMMENT, {"body": body})
