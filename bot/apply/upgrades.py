"""Upgrades: each is taken as far as it can go, by what GitHub says of it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.app import Policy
from bot.apply.checking import Examiner
from bot.apply.pulls import PullOpener
from bot.domain.effects import Advance, Effect, EnsureTracker, Recheck, RefreshReply, RefreshTracker, StartUpgrade
from bot.domain.health import Phase
from bot.domain.upgrade import IN_FLIGHT, IN_REVIEW, UNFINISHED, Stage, Upgrade, ask, conclude, observe
from bot.domain.versions import Version
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
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._opener = opener
        self._examiner = examiner
        self._policy = policy
        self._clock = clock

    def start(self, effect: StartUpgrade) -> list[Effect]:
        """Record that it was asked for, then go on; asking twice is the same upgrade."""
        version = _version(effect.version)
        existing = self._ledger.upgrade(effect.slug, version)
        instance = self._fleets.recent().get(effect.slug)
        went_back = instance is not None and instance.version < version
        if existing is not None and existing.stage is Stage.DONE and went_back:
            existing = None
        asked = ask(existing, effect.slug, version, effect.by, self._clock())
        if asked != existing:
            log.info("upgrade_asked_for", slug=effect.slug, version=effect.version, by=effect.by)
            self._ledger.save_upgrade(asked)
        return self.advance(Advance(effect.slug, effect.version))

    def advance(self, effect: Advance) -> list[Effect]:
        """Take the upgrade as far as it can go now."""
        upgrade = self._ledger.upgrade(effect.slug, _version(effect.version))
        if upgrade is None:
            return []
        if upgrade.stage is Stage.WAITING:
            upgrade = self._wait_for_turn(upgrade)
        if upgrade.stage is Stage.PLANNED and self._ledger.tracker(upgrade.version) is None:
            return [EnsureTracker(effect.version, 0, upgrade.asked_by)]
        before = upgrade
        try:
            upgrade = self._moved(upgrade)
        except Refused as error:
            upgrade = self._kept(replace(upgrade, stage=Stage.FAILED, reason=str(error).rstrip(".")))
        if before.stage is not upgrade.stage:
            log.info("upgrade_moved", slug=upgrade.slug, version=effect.version, stage=upgrade.stage.value)
        return [*self._shown(upgrade), *self._next_in_turn(before, upgrade)]

    def recheck(self, effect: Recheck) -> list[Effect]:
        """Judge a merged upgrade anew by checks taken now."""
        upgrade = self._ledger.upgrade(effect.slug, _version(effect.version))
        if upgrade is None or upgrade.merged_at is None or upgrade.stage is Stage.DONE:
            return []
        upgrade = self._verified(upgrade)
        return [*self._shown(upgrade), *self._next_in_turn(replace(upgrade, stage=Stage.MERGED), upgrade)]

    def delayed(self, slug: str, version: str, reason: str) -> list[Effect]:
        """Note why an unfinished upgrade does not move; the next move takes the note away."""
        upgrade = self._ledger.upgrade(slug, _version(version))
        if upgrade is None or upgrade.stage not in UNFINISHED:
            return []
        noted = self._kept(replace(upgrade, reason=f"delayed: {reason.rstrip('.')}; it will be tried again"))
        return self._shown(noted)

    def _wait_for_turn(self, upgrade: Upgrade) -> Upgrade:
        if self._ledger.claim_turn(upgrade, self._policy.max_in_flight):
            return replace(upgrade, stage=Stage.PLANNED, reason="")
        reason = f"for its turn, {self._policy.max_in_flight} upgrades are in flight"
        return self._kept(replace(upgrade, reason=reason))

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
        return self._kept(observe(upgrade, pull, reviews, self._deployment.checks(pull.head)))

    def _verified(self, upgrade: Upgrade) -> Upgrade:
        return self._kept(conclude(upgrade, self._examiner.examine(upgrade.slug, Phase.AFTER)))

    def _kept(self, upgrade: Upgrade) -> Upgrade:
        if upgrade != self._ledger.upgrade(upgrade.slug, upgrade.version):
            self._ledger.save_upgrade(upgrade)
        return upgrade

    def _shown(self, upgrade: Upgrade) -> list[Effect]:
        """Every place that shows this upgrade; refreshing one that is up to date costs nothing."""
        replies = self._ledger.replies_about(upgrade.slug, upgrade.version)
        return [*(RefreshReply(comment) for comment in replies), RefreshTracker(str(upgrade.version))]

    def _next_in_turn(self, before: Upgrade, after: Upgrade) -> list[Effect]:
        """When an upgrade leaves the flight, those that wait may try for its place, in order of work."""
        if before.stage not in IN_FLIGHT or after.stage in IN_FLIGHT:
            return []
        order = {instance.slug: place for place, instance in enumerate(self._fleets.recent())}
        waiting = [u for u in self._ledger.unfinished_upgrades() if u.stage is Stage.WAITING]
        waiting.sort(key=lambda u: (u.version, order.get(u.slug, len(order))))
        return [Advance(u.slug, str(u.version)) for u in waiting[: self._policy.max_in_flight]]


def _version(text: str) -> Version:
    version = Version.parse(text)
    if version is None:
        raise ValueError(f"{text!r} is no version.")
    return version
