"""Issues and comments of the releases repository."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.domain.github_models import Comment, Issue, Revision
from bot.ports.accounts import BotAccount


class IssueReader(Protocol):
    """Reads issues."""

    def issue(self, number: int) -> Issue: ...
    def list_issues(self, labels: Iterable[str], *, state: str, since: datetime | None = None) -> Sequence[Issue]:
        """Issues that carry all `labels`. `state` is `open` or `all`; `since` is the earliest last update."""


class IssueEditor(Protocol):
    """Creates and changes issues."""

    def create_issue(self, title: str, body: str, labels: Iterable[str]) -> Issue: ...
    def edit_issue(self, number: int, body: str) -> None: ...
    def add_labels(self, number: int, labels: Iterable[str]) -> None: ...


class CommentThreads(BotAccount, Protocol):
    """Lists, writes and edits the comments of one issue or pull request at a time."""

    def comments(self, number: int) -> Sequence[Comment]:
        """The comments of one issue, oldest first."""

    def create_comment(self, number: int, body: str) -> Comment: ...
    def edit_comment(self, comment: int, body: str) -> None: ...


class IssueComments(CommentThreads, Protocol):
    """Reads and writes the comments of one issue at a time."""

    def comment(self, comment: int) -> Comment: ...


class CommentFeed(Protocol):
    """The comments of all issues."""

    def recent_comments(self, since: datetime) -> Sequence[Comment]:
        """The comments updated since then, oldest update first."""


class EditHistory(Protocol):
    """Tells how a body came to be what it is."""

    def revisions(self, node: str) -> Sequence[Revision]:
        """The latest states of the body of an issue or comment, oldest first; empty if nobody edited it.

        Raises PermanentError where GitHub does not tell.
        """


class CommentReader(Protocol):
    """Reads single comments."""

    def comment(self, comment: int) -> Comment:
        """Raises NotFoundError if it was deleted."""
        ...


class Reactions(Protocol):
    """Reacts to comments."""

    def react(self, comment: int, content: str) -> None:
        """Add a reaction such as `eyes`."""


class WriteSlots(Protocol):
    """Paces writes."""

    def write_slot(self) -> AbstractContextManager[None]:
        """Wait until the next write is allowed, so that what is read inside is fresh when it is written back."""
