"""Publishes posts. Each is found before it is made, so that publishing one again changes nothing."""

from __future__ import annotations

from bot.domain.notifications.posts import CheckRunPost, IssueCommentPost, LabelPost, Post, PullCommentPost
from bot.ports.pull_requests import PullRequestLabels
from bot.services.own_check_runs import OwnCheckRuns
from bot.services.own_comments import OwnComments


class PostPublisher:
    """Publishes posts on GitHub. Raises ExternalError if GitHub refuses one or does not answer."""

    def __init__(
        self,
        check_runs: OwnCheckRuns,
        labels: PullRequestLabels,
        pull_comments: OwnComments,
        issue_comments: OwnComments,
    ) -> None:
        self._check_runs = check_runs
        self._labels = labels
        self._pull_comments = pull_comments
        self._issue_comments = issue_comments

    def publish(self, post: Post) -> None:
        match post:
            case CheckRunPost(commit, check_run):
                self._check_runs.publish(commit, check_run)
            case LabelPost(pull, labels):
                self._labels.label_pull(pull, labels)
            case PullCommentPost(pull, marker, body):
                self._pull_comments.put(pull, marker, body)
            case IssueCommentPost(issue, marker, body):
                self._issue_comments.ensure(issue, marker, body)
