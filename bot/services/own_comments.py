"""mibot's own comments: each has a hidden mark, is found by it, and is written once."""

from __future__ import annotations

from bot.ports.errors import NotFoundError
from bot.ports.issues import CommentThreads
from bot.services.creator import Created, Creator


class OwnComments:
    """The comments of mibot on the issues or pull requests of one repository.

    `place` tells the repository from others; it is part of what the journal remembers.
    """

    def __init__(self, threads: CommentThreads, creator: Creator, place: str) -> None:
        self._threads = threads
        self._creator = creator
        self._place = place

    @property
    def bot_login(self) -> str:
        return self._threads.bot_login

    def ensure(self, thread: int, marker: str, body: str, gone: int | None = None) -> int:
        """Write the comment unless it was written before, also if people deleted it; returns its id.

        `gone` is the id of a deleted one that is to be written again.
        """
        return self._ensure(thread, marker, body, gone).number

    def put(self, thread: int, marker: str, body: str, known: int | None = None) -> int:
        """Write the comment, or edit it to say `body`. One that people deleted is written again.

        `known` is its id, if the caller remembers it. Returns the id.
        """
        gone = None
        if known is not None:
            if self._edit(known, body):
                return known
            gone = known
        written = self._ensure(thread, marker, body, gone)
        if written.new or self._edit(written.number, body):
            return written.number
        return self._ensure(thread, marker, body, written.number).number

    def _edit(self, comment: int, body: str) -> bool:
        """Edit a comment; returns False if it was deleted."""
        try:
            self._threads.edit_comment(comment, body)
        except NotFoundError:
            return False
        return True

    def _ensure(self, thread: int, marker: str, body: str, gone: int | None = None) -> Created:
        def find() -> int | None:
            login = self._threads.bot_login
            mine = (c for c in self._threads.comments(thread) if c.is_by_app(login) and marker in c.body)
            return next((comment.id for comment in mine if comment.id != gone), None)

        def create() -> int:
            return self._threads.create_comment(thread, body).id

        return self._creator.ensure(
            f"{self._place} {thread} {marker}", find, create, gone, not_shown=gone is not None
        )
