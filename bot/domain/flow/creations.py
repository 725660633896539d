"""What mibot creates in external systems that would take a second one, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MIN_PAUSE = 1.0


@dataclass(frozen=True)
class Creation:
    """One thing that is created once; `key` names where and by which mark.

    It is noted before the request is sent. `number` is the id of what was created, None as long as nobody knows.
    `unclear_since` (UTC) is when the request was found to have no known outcome: its answer was lost, or the process
    ended. `attempt` counts the requests. `known_since` (UTC) is when `number` was noted.
    """

    key: str
    attempt: int = 1
    number: int | None = None
    unclear_since: datetime | None = None
    known_since: datetime | None = None


def seconds_to_look(creation: Creation, lag: float, now: datetime) -> float | None:
    """The seconds until the next look for what may have been created, or None when it would be visible by now.

    `lag` (seconds) is how long GitHub may take to show what was written. The pauses double, up to the end of the lag.
    """
    elapsed = (now - creation.unclear_since).total_seconds() if creation.unclear_since else 0.0
    left = lag - elapsed
    if left <= 0:
        return None
    return min(max(elapsed, MIN_PAUSE), left)


def seconds_to_settle(creation: Creation, lag: float, now: datetime) -> float:
    """The seconds for which it may look deleted although it is only not shown yet; 0 after that."""
    if creation.known_since is None:
        return 0.0
    return max(lag - (now - creation.known_since).total_seconds(), 0.0)


RETENTION = timedelta(days=30)
"""How long the id of what was created is remembered. By then every list shows it."""
