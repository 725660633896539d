"""Upgrades in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.notifications.outbox import Notification
from bot.domain.notifications.transition import ChannelSelector, Transition
from bot.domain.upgrade.dispatch import blocks_dispatch
from bot.domain.upgrade.record import IN_FLIGHT, UNFINISHED, Stage, Upgrade
from bot.domain.versions import Version
from bot.notifications import interested_channels
from tests.ports.outbox import MemoryOutbox
from tests.ports.trackers import MemoryTrackers


@dataclass
class MemoryUpgrades(MemoryTrackers, MemoryOutbox):
    """The upgrades, until the test is over. `channels` selects who is notified of what."""

    _upgrades: dict[str, Upgrade] = field(default_factory=dict)
    _revision: int = 0
    channels: ChannelSelector = interested_channels

    def upgrade(self, slug: str, version: Version) -> Upgrade | None:
        return self._upgrades.get(f"{slug}@{version}")

    def upgrades(self, version: Version | None = None) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if version in {None, upgrade.version}]

    def unfinished_upgrades(self) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if upgrade.stage in UNFINISHED]

    def upgrades_by_head(self, commit: str) -> Sequence[Upgrade]:
        return [upgrade for upgrade in self._upgrades.values() if commit and upgrade.pull_request.head == commit]

    def save_upgrade(self, upgrade: Upgrade) -> None:
        transition = Transition(self._upgrades.get(upgrade.key), upgrade)
        self._upgrades[upgrade.key] = upgrade
        self._revision += 1
        for channel in self.channels(transition):
            self._outbox[upgrade.key, self._revision, channel] = Notification(channel, self._revision, upgrade)
        self.mark_tracker_dirty(upgrade.version)

    def claim_slot(self, planned: Upgrade, limit: int) -> bool:
        with self._lock:
            if sum(other.stage in IN_FLIGHT for other in self._others(planned)) >= limit:
                return False
            self.save_upgrade(planned)
            return True

    def claim_dispatch(self, intended: Upgrade) -> bool:
        with self._lock:
            deploying = (other for other in self._others(intended) if other.stage is Stage.DEPLOYING)
            if any(blocks_dispatch(other, intended) for other in deploying):
                return False
            self.save_upgrade(intended)
            return True

    def _others(self, upgrade: Upgrade) -> Iterator[Upgrade]:
        return (other for other in self._upgrades.values() if other.key != upgrade.key)
