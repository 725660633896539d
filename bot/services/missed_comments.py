"""Finds the comments with commands that nobody carried out, by the lists of comments on GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.chat import comments
from bot.domain.chat.effects import HandleComment
from bot.domain.effects import Effect
from bot.domain.flow.sweeps import Found
from bot.domain.github_models import GHOST_LOGIN, Comment, Issue
from bot.domain.version_titles import version_in_title
from bot.ports.errors import ExternalError, NotFoundError, TransientError
from bot.ports.issues import CommentFeed, IssueReader
from bot.ports.store import ReplyReader, TrackerReader

log = structlog.get_logger(__name__)

MAX_FAILURES = 3
"""After so many sweeps in a row in which the list of all comments failed, they are read issue by issue."""


class CommentSource(IssueReader, CommentFeed, Protocol):
    """Where comments are read."""

    def comments(self, number: int) -> Sequence[Comment]: ...


class _Store(ReplyReader, TrackerReader, Protocol):
    """The answers that mibot gave, and the trackers."""


@dataclass
class _Look:
    """One look for comments: what was found, and the issues that were read for it."""

    found: list[Comment] = field(default_factory=list)
    issues: dict[int, Issue | ExternalError | None] = field(default_factory=dict)


class MissedComments:
    """`label` marks the issues on which comments count."""

    def __init__(self, issues: CommentSource, store: _Store, label: str) -> None:
        self._issues = issues
        self._store = store
        self._label = label
        self._failures = 0

    def find(self, since: datetime) -> Found:
        """The commands in comments since then that have no answer, and the moment from which on there are any.

        A comment whose issue can't be read has none either. Raises ExternalError if no list can be read.
        """
        look = _Look()
        effects: list[Effect] = []
        for comment in self._candidates(since):
            issue = self._issue(comment.issue, look)
            if issue is None or (isinstance(issue, Issue) and not self._counts(issue)):
                continue
            look.found.append(comment)
            if isinstance(issue, Issue):
                effects += self._handle(comment, issue)
        errors = [issue for issue in look.issues.values() if isinstance(issue, ExternalError)]
        oldest = min((comment.updated_at for comment in look.found), default=None)
        return Found(tuple(effects), oldest, errors[0].reason if errors else None)

    def _candidates(self, since: datetime) -> Iterator[Comment]:
        """The comments with commands that nobody answered.

        mibot ignores a comment that was edited, because it does not know what the comment said at first.
        """
        for comment in self._read(since):
            old = comment.created_at < since - timedelta(seconds=1)
            of_a_pull = "/pull/" in comment.url
            by_nobody = comment.by_bot or comment.author == GHOST_LOGIN
            if by_nobody or comment.edited or old or of_a_pull or not any(comments.command_names(comment.body)):
                continue
            reply = self._store.reply(comment.id)
            if reply is None or not reply.answered:
                yield comment

    def _handle(self, comment: Comment, issue: Issue) -> Iterator[Effect]:
        log.info("missed_comment", comment=comment.id)
        version = version_in_title(issue.title)
        yield HandleComment(comment.id, comment.issue, str(version or ""), comment.body, comment.author, "sweep")

    def _read(self, since: datetime) -> Sequence[Comment]:
        """All comments since then: by one list, or issue by issue where that can't be read."""
        try:
            found = self._issues.recent_comments(since)
        except ExternalError as error:
            self._failures += 1
            if isinstance(error, TransientError) and self._failures < MAX_FAILURES:
                raise
            log.warning("comments_by_issue", error=str(error))
            return self._read_by_issue(since)
        self._failures = 0
        return found

    def _read_by_issue(self, since: datetime) -> Sequence[Comment]:
        """The comments of every open issue that has the label, and of those that were closed since then."""
        changed = self._issues.list_issues([self._label], state="all", since=since)
        numbers = {issue.number for issue in (*self._issues.list_issues([self._label], state="open"), *changed)}
        found: list[Comment] = []
        for number in sorted(numbers):
            try:
                found += self._issues.comments(number)
            except NotFoundError:
                continue  # deleted since it was listed
        earliest = since.replace(microsecond=0)  # GitHub's times are whole seconds
        recent = [comment for comment in found if comment.updated_at >= earliest]
        return sorted(recent, key=lambda comment: (comment.updated_at, comment.id))

    def _issue(self, number: int, look: _Look) -> Issue | ExternalError | None:
        """The issue, read once; None if it is gone, and the error if it can't be read."""
        if number not in look.issues:
            try:
                look.issues[number] = self._issues.issue(number)
            except NotFoundError:
                look.issues[number] = None
            except ExternalError as error:
                look.issues[number] = error
        return look.issues[number]

    def _counts(self, issue: Issue) -> bool:
        """Whether commands on it count: it has the label, or is a tracker from which people took it."""
        labeled = any(label.lower() == self._label.lower() for label in issue.labels)
        return labeled or any(tracker.issue == issue.number for tracker in self._store.trackers())
