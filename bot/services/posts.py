"""Publishes posts. Each is found before it is made, so that publishing one again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.domain.github_models import Comment
from bot.domain.notifications.posts import CheckRunPost, IssueCommentPost, LabelPost, Post, PullCommentPost
from bot.ports.errors import NotFoundError
from bot.ports.issues import IssueComments
from bot.ports.pull_requests import CheckRuns, PullRequestComments, PullRequestLabels

log = structlog.get_logger(__name__)


class PostPublisher:
    """Publishes posts on GitHub. Raises ExternalError if GitHub refuses one or does not answer."""

    def __init__(
        self,
        check_runs: CheckRuns,
        labels: PullRequestLabels,
        pull_comments: PullRequestComments,
        issue_comments: IssueComments,
    ) -> None:
        self._check_runs = check_runs
        self._labels = labels
        self._pull_comments = pull_comments
        self._issue_comments = issue_comments

    def publish(self, post: Post) -> None:
        match post:
            case CheckRunPost(commit, check_run):
                self._check_runs.publish_check_run(commit, check_run)
            case LabelPost(pull, labels):
                self._labels.label_pull(pull, labels)
            case PullCommentPost():
                self._publish_pull_comment(post)
            case IssueCommentPost(issue, marker, body):
                comments = self._issue_comments.comments(issue)
                if _find_own(comments, marker, self._issue_comments.bot_login) is None:
                    self._issue_comments.create_comment(issue, body)

    def _publish_pull_comment(self, post: PullCommentPost) -> None:
        comments = self._pull_comments.pull_comments(post.pull)
        existing = _find_own(comments, post.marker, self._pull_comments.bot_login)
        if existing is not None:
            try:
                self._pull_comments.edit_pull_comment(existing.id, post.body)
            except NotFoundError:
                log.info("comment_was_deleted", pull=post.pull)
            else:
                return
        self._pull_comments.comment_on_pull(post.pull, post.body)


def _find_own(comments: Sequence[Comment], marker: str, login: str) -> Comment | None:
    return next((one for one in comments if one.is_by_app(login) and marker in one.body), None)
