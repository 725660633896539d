"""Shows on upgrades why what moves them is late."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bot.domain.effects import Effect
from bot.domain.reasons import Reason
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.upgrade.effects import Advance, MarkDeployed, Poll, Recheck, Retry, StartRollback, StartUpgrade
from bot.domain.upgrade.reasons.progress import Delayed
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import UNFINISHED, Stage
from bot.domain.versions import parse_version
from bot.handlers.dispatch import notes_delay
from bot.handlers.refreshes import refresh_effects
from bot.ports.store import ReplyIndex, UpgradeStore

UpgradeMove = StartUpgrade | StartRollback | Advance | Poll | Recheck | MarkDeployed | Retry
"""The effects that move an upgrade."""


class _Store(UpgradeStore, ReplyIndex, Protocol):
    """What the handler remembers."""


class UpgradeDelayHandler:
    """Saves why upgrades do not move. Their next move removes that."""

    def __init__(self, store: _Store) -> None:
        self._store = store

    @notes_delay
    def mark_delayed(self, effect: UpgradeMove, reason: Reason) -> list[Effect]:
        """Save why an upgrade under way does not move."""
        upgrade = self._store.upgrade(effect.slug, parse_version(effect.version))
        if upgrade is None or upgrade.stage not in UNFINISHED or upgrade.stage is Stage.WAITING:
            return []
        return self._delay(upgrade, reason)

    @notes_delay
    def mark_tracker_delayed(self, effect: EnsureTracker, reason: Reason) -> list[Effect]:
        """Save why the upgrades that need their tracker first do not move."""
        planned = [u for u in self._store.upgrades(parse_version(effect.version)) if u.stage is Stage.PLANNED]
        return [effect for upgrade in planned for effect in self._delay(upgrade, reason)]

    def _delay(self, upgrade: Upgrade, reason: Reason) -> list[Effect]:
        delayed = replace(upgrade, reason=Delayed(reason))
        if delayed != upgrade:
            self._store.save_upgrade(delayed)
        return refresh_effects(self._store, delayed)
