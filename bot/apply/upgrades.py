"""Upgrades: each is taken as far as it can go, by what GitHub says of it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.apply.checking import Examiner
from bot.apply.opening import PullOpener
from bot.apply.showing import shown
from bot.domain.effects import (
    Advance,
    Effect,
    EnsureTracker,
    Recheck,
    StartRollback,
    StartUpgrade,
    TakeTurns,
)
from bot.domain.health import Phase
from bot.domain.upgrade import (
    IN_FLIGHT,
    IN_REVIEW,
    UNFINISHED,
    Back,
    Stage,
    Upgrade,
    ask,
    conclude,
    observe,
    undo,
)
from bot.domain.versions import version_of
from bot.fleets import Fleets
from bot.ports import Deployment, Ledger, Missing, Refused

log = structlog.get_logger(__name__)


class UpgradeRunner:
    """Starts upgrades and moves them on. `clock` gives the time in UTC."""

    def __init__(
        self,
        deployment: Deployment,
        ledger: Ledger,
        fleets: Fleets,
        opener: PullOpener,
        examiner: Examiner,
        clock: Callable[[], datetime],
    ) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._opener = opener
        self._examiner = examiner
        self._clock = clock

    def start(self, effect: StartUpgrade) -> list[Effect]:
        """Record that it was asked for, then go on; asking twice is the same upgrade."""
        version = version_of(effect.version)
        existing = self._ledger.upgrade(effect.slug, version)
        instance = self._fleets.recent().get(effect.slug)
        went_back = instance is not None and instance.version < version
        if existing is not None and existing.stage is Stage.DONE and went_back:
            existing = None
        asked = ask(existing, effect.slug, version, effect.by, self._clock(), effect.force)
        if asked != existing:
            log.info("upgrade_asked_for", slug=effect.slug, version=effect.version, by=effect.by, force=effect.force)
            self._ledger.save_upgrade(asked)
        return self.advance(Advance(effect.slug, effect.version))

    def roll_back(self, effect: StartRollback) -> list[Effect]:
        """Record that the upgrade is to be undone, then go on; it waits for no turn, for it makes things safe."""
        version = version_of(effect.version)
        existing = self._ledger.upgrade(effect.slug, version)
        undone = undo(
            existing, effect.slug, version, Back(effect.by, effect.why, comment=effect.comment), self._clock()
        )
        if undone != existing:
            log.info("rollback_asked_for", slug=effect.slug, version=effect.version, by=effect.by, why=effect.why)
            self._ledger.save_upgrade(undone)
        return self.advance(Advance(effect.slug, effect.version))

    def advance(self, effect: Advance) -> list[Effect]:
        """Take the upgrade as far as it can go now. One that waits is for `TakeTurns` to move."""
        upgrade = self._ledger.upgrade(effect.slug, version_of(effect.version))
        if upgrade is None:
            return []
        if upgrade.stage is Stage.WAITING:
            return [*shown(self._ledger, upgrade), TakeTurns()]
        if upgrade.stage is Stage.PLANNED and self._ledger.tracker(upgrade.version) is None:
            return self._with_tracker(upgrade)
        before = upgrade
        try:
            upgrade = self._moved(upgrade)
        except Refused as error:
            upgrade = self._kept(replace(upgrade, stage=Stage.FAILED, reason=str(error).rstrip(".")))
        if before.stage is not upgrade.stage:
            log.info("upgrade_moved", slug=upgrade.slug, version=effect.version, stage=upgrade.stage.value)
        return [*shown(self._ledger, upgrade), *_next_in_turn(before, upgrade)]

    def _with_tracker(self, upgrade: Upgrade) -> list[Effect]:
        """See that there is a tracker first; for a rollback only if there is anything to roll back."""
        refused = self._opener.refused(upgrade) if upgrade.back is not None else None
        if refused is not None:
            return shown(self._ledger, self._kept(refused))
        return [EnsureTracker(str(upgrade.version), 0, upgrade.asked_by)]

    def recheck(self, effect: Recheck) -> list[Effect]:
        """Judge a merged upgrade anew by checks taken now."""
        upgrade = self._ledger.upgrade(effect.slug, version_of(effect.version))
        if upgrade is None or upgrade.merged_at is None or upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK}:
            return []
        upgrade = self._verified(upgrade)
        return [*shown(self._ledger, upgrade), *_next_in_turn(replace(upgrade, stage=Stage.MERGED), upgrade)]

    def delayed(self, slug: str, version: str, reason: str) -> list[Effect]:
        """Note why an upgrade under way does not move; the next move takes the note away."""
        upgrade = self._ledger.upgrade(slug, version_of(version))
        if upgrade is None or upgrade.stage not in UNFINISHED or upgrade.stage is Stage.WAITING:
            return []
        noted = self._kept(replace(upgrade, reason=f"delayed: {reason.rstrip('.')}; it will be tried again"))
        return shown(self._ledger, noted)

    def _moved(self, upgrade: Upgrade) -> Upgrade:
        if upgrade.stage is Stage.PLANNED:
            upgrade = self._kept(self._opener.open(upgrade))
        elif upgrade.merged_at is None and upgrade.number is not None:
            upgrade = self._observed(upgrade, upgrade.number)
        if upgrade.stage in IN_REVIEW and not upgrade.before:
            upgrade = self._kept(replace(upgrade, before=self._examiner.examine(upgrade.slug, Phase.BEFORE)))
        if upgrade.stage is Stage.MERGED and not upgrade.after:
            upgrade = self._verified(upgrade)
        return upgrade

    def _observed(self, upgrade: Upgrade, number: int) -> Upgrade:
        try:
            pull = self._deployment.pull(number)
        except Missing:
            return self._kept(replace(upgrade, stage=Stage.CLOSED, reason="its pull request is gone"))
        reviews = self._deployment.reviews(number)
        seen = self._kept(observe(upgrade, pull, reviews, self._deployment.checks(pull.head)))
        if seen.stage in IN_REVIEW:
            seen = self._kept(self._opener.keep_up(seen, pull))
        return seen

    def _verified(self, upgrade: Upgrade) -> Upgrade:
        return self._kept(conclude(upgrade, self._examiner.examine(upgrade.slug, Phase.AFTER)))

    def _kept(self, upgrade: Upgrade) -> Upgrade:
        if upgrade != self._ledger.upgrade(upgrade.slug, upgrade.version):
            self._ledger.save_upgrade(upgrade)
        return upgrade


def _next_in_turn(before: Upgrade, after: Upgrade) -> list[Effect]:
    """When an upgrade leaves the flight, or turns green, those that wait may go."""
    left = before.stage in IN_FLIGHT and after.stage not in IN_FLIGHT
    return [TakeTurns()] if left or before.stage is not after.stage else []
