"""What waits to be posted: a row for each transition and each channel that wants it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.upgrade.record import Upgrade


class Outcome(StrEnum):
    """How a notification ended. The values are stored."""

    PUBLISHED = "published"
    UNNECESSARY = "unnecessary"
    """There was nothing to post, or a later notification says what is so now."""
    REFUSED = "refused"


@dataclass(frozen=True)
class Notification:
    """A notification that waits. `revision` counts the changes of the upgrade's record; `upgrade` is the record as it
    was right after this one, so that what is posted late is still about this transition."""

    channel: str
    revision: int
    upgrade: Upgrade


def is_superseded(notification: Notification, pending: Sequence[Notification], latest_only: Container[str]) -> bool:
    """Whether a later one of the same channel makes this one unnecessary. `pending` are those of one upgrade."""
    return notification.channel in latest_only and any(
        later.channel == notification.channel and later.revision > notification.revision for later in pending
    )
