"""The outbox in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.notifications.outbox import Notification, Outcome
from bot.domain.versions import Version


@dataclass
class MemoryOutbox:
    """The notifications, until the test is over. `outcomes` are what became of those that are done, oldest first."""

    _outbox: dict[tuple[str, int, str], Notification] = field(default_factory=dict)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)

    def pending_notifications(self, slug: str, version: Version) -> Sequence[Notification]:
        pending = (one for (key, *_), one in self._outbox.items() if key == f"{slug}@{version}")
        return sorted(pending, key=lambda one: (one.revision, one.channel))

    def unpublished_upgrades(self) -> Sequence[tuple[str, Version]]:
        found = {(one.upgrade.slug, one.upgrade.version) for one in self._outbox.values()}
        return sorted(found, key=lambda key: (str(key[1]), key[0]))

    def finish_notification(self, notification: Notification, outcome: Outcome) -> None:
        finished = self._outbox.pop((notification.upgrade.key, notification.revision, notification.channel), None)
        if finished is not None:
            self.outcomes.append((notification.channel, outcome))
