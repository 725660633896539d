"""Creates each thing once, though answers get lost, processes are killed, and GitHub's lists lag behind writes.

Everything that GitHub would create a second time goes through here: issues, comments, check runs, pull requests.
What needs no such care: branches, whose names GitHub keeps unique; trees and commits, which nobody sees before a
branch points to them; labels and reactions, which are there or not; workflow runs, whose request the upgrade's
record notes (`bot/domain/upgrade/dispatch.py`); snapshots, whose names Google keeps unique; and database backups,
of which Google runs one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.failures.creations import CreationUnclear
from bot.domain.flow.creations import MIN_PAUSE, Creation, seconds_to_look, seconds_to_settle
from bot.ports.creations import CreationJournal
from bot.ports.errors import ConflictError, PermanentError, TransientError

log = structlog.get_logger(__name__)

Find = Callable[[], int | None]
"""Looks for it on GitHub; returns its id."""
Create = Callable[[], int]
"""Creates it; returns its id."""


@dataclass(frozen=True)
class Created:
    """The id of something that mibot created, and whether that was now."""

    number: int
    new: bool


class Creator:
    """Creates things once. `clock` gives the time in UTC, `lag` is how many seconds GitHub's lists may be behind."""

    def __init__(self, journal: CreationJournal, clock: Callable[[], datetime], lag: float) -> None:
        self._journal = journal
        self._clock = clock
        self._lag = lag

    def known(self, key: str) -> int | None:
        """The id of what was created under that key, as far as the journal knows."""
        creation = self._journal.creation(key)
        return creation.number if creation else None

    def ensure(
        self,
        key: str,
        find: Find,
        create: Create,
        gone: int | None = None,
        prepare: Callable[[], None] | None = None,
        *,
        not_shown: bool = False,
    ) -> Created:
        """Find it, or `prepare` and create it. `gone` is the id of one that no longer counts, such as a deleted
        comment.

        `not_shown`: that one counts as deleted because GitHub does not show it.

        Raises what `prepare` and `create` raise, and TransientError while an earlier one may still appear, or the one
        that is not shown.
        """
        before = self._journal.creation(key)
        if before is not None and before.number is not None and before.number != gone:
            return Created(before.number, new=False)
        if not_shown and before is not None and before.number is not None:
            self._expect_settled(before)
        found = find()
        if found is not None and found != gone:
            self._journal.finish_creation(key, found, self._clock())
            return Created(found, new=False)
        if before is not None and before.number is None:
            self._wait_for(before)
        if prepare is not None:
            prepare()
        if not self._journal.begin_creation(key, before, self._clock()):
            raise TransientError(CreationUnclear(), MIN_PAUSE)  # another worker is at it
        return Created(self._create(key, create), new=True)

    def _create(self, key: str, create: Create) -> int:
        try:
            number = create()
        except TransientError as error:
            if error.unsent:
                self._journal.forget_creation(key)
            else:
                log.warning("creation_unclear", creation=key, error=str(error))
                self._journal.mark_creation_unclear(key, self._clock())
            raise
        except ConflictError as error:
            # It exists, and the list does not show it yet.
            self._journal.mark_creation_unclear(key, self._clock())
            raise TransientError(error.reason) from error
        except PermanentError:
            self._journal.forget_creation(key)
            raise
        self._journal.finish_creation(key, number, self._clock())
        return number

    def _expect_settled(self, creation: Creation) -> None:
        """Raise TransientError as long as GitHub may not show it although it is there."""
        left = seconds_to_settle(creation, self._lag, self._clock())
        if left > 0:
            raise TransientError(CreationUnclear(), max(min(left, MIN_PAUSE * 5), MIN_PAUSE))

    def _wait_for(self, creation: Creation) -> None:
        """Raise TransientError until what was requested would be visible.

        The time counts from the first look after the request: before that, a request of a process that was killed,
        or that waited for its turn, may have gone out at any moment.
        """
        if creation.unclear_since is None:
            self._journal.mark_creation_unclear(creation.key, self._clock())
        pause = seconds_to_look(creation, self._lag, self._clock())
        if pause is not None:
            raise TransientError(CreationUnclear(), pause)
