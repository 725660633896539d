"""What mibot remembers, one protocol a record. Every method is one transaction; it raises TransientError when the
storage is down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.chat.replies import Reply
from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version


class TrackerReader(Protocol):
    """Finds trackers, by version."""

    def tracker(self, version: Version) -> TrackerRecord | None: ...
    def trackers(self) -> Sequence[TrackerRecord]: ...


class TrackerStore(TrackerReader, Protocol):
    """Keeps trackers."""

    def save_tracker(self, tracker: TrackerRecord) -> None:
        """Save everything except `dirty`, which only `mark_tracker_dirty` changes."""

    def mark_tracker_dirty(self, version: Version) -> None:
        """Note that the tracker is out of date."""


class ReplyIndex(Protocol):
    """Finds replies by what they show."""

    def replies_about(self, slug: str, version: Version) -> Sequence[int]:
        """The comments whose replies show this upgrade; an empty slug stands for the version's preparation."""


class ReplyReader(Protocol):
    """Finds replies, by the comment that they answer."""

    def reply(self, comment: int) -> Reply | None: ...
    def unwritten_replies(self) -> Sequence[int]:
        """The comments whose replies are not on GitHub yet."""


class ReplyStore(ReplyReader, Protocol):
    """Keeps replies."""

    def save_reply(self, reply: Reply) -> None: ...
    def claim_reply(self, reply: Reply) -> Reply:
        """Save a planned reply, unless one that is planned is there for its comment; returns the one that is there.

        Of several callers at once, in whichever processes, one saves its own. What was written to GitHub is kept.
        """


class UpgradeReader(Protocol):
    """Finds upgrades, by instance and version."""

    def upgrade(self, slug: str, version: Version) -> Upgrade | None: ...
    def upgrades(self, version: Version | None = None) -> Sequence[Upgrade]: ...
    def unfinished_upgrades(self) -> Sequence[Upgrade]: ...
    def upgrades_by_head(self, commit: str) -> Sequence[Upgrade]:
        """The upgrades whose pull request's head is this commit."""


class UpgradeStore(UpgradeReader, Protocol):
    """Keeps upgrades. The transaction that saves one also marks its tracker dirty, and adds a notification for each
    channel that wants the change."""

    def save_upgrade(self, upgrade: Upgrade) -> None: ...


class SlotClaims(Protocol):
    """Limits how many upgrades are in flight."""

    def claim_slot(self, planned: Upgrade, limit: int) -> bool:
        """Save the upgrade, now planned, unless `limit` others are in flight; returns whether it was saved."""


class DispatchClaims(Protocol):
    """Keeps deployments apart whose runs could be confused."""

    def claim_dispatch(self, intended: Upgrade) -> bool:
        """Save the upgrade, whose deployment is about to be dispatched; returns whether it was saved.

        It is not saved while the run of another upgrade has to be found, or another upgrade of its instance is being
        deployed.
        """


class Outbox(Protocol):
    """The notifications that wait to be published."""

    def pending_notifications(self, slug: str, version: Version) -> Sequence[Notification]:
        """Those of one upgrade, oldest first."""

    def unpublished_upgrades(self) -> Sequence[tuple[str, Version]]:
        """The upgrades that have any."""

    def finish_notification(self, notification: Notification, outcome: Outcome) -> None:
        """Note what became of it, so that it does not wait any more."""


class PreparationReader(Protocol):
    """Finds preparations, by version."""

    def preparation(self, version: Version) -> Preparation | None: ...
    def preparations(self) -> Sequence[Preparation]: ...
    def unfinished_preparations(self) -> Sequence[Preparation]: ...


class PreparationStore(PreparationReader, Protocol):
    """Keeps preparations. A saved preparation marks its tracker dirty in the same transaction."""

    def save_preparation(self, preparation: Preparation) -> None: ...


class CursorStore(Protocol):
    """Moments in time, by name."""

    def cursor(self, name: str) -> datetime | None: ...
    def set_cursor(self, name: str, value: datetime) -> None: ...
