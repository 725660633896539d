"""Upgrades: each is taken as far as it can go, by what GitHub says of it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.flow.effects import (
    Advance,
    Effect,
    EnsureTracker,
    Follow,
    MarkDeployed,
    Publish,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
    TakeTurns,
)
from bot.domain.health.model import Phase
from bot.domain.upgrade.deployment import (
    by_hand,
    looked_again,
    may_be_deployed,
    may_be_retried,
    overtaken_by,
    retried,
)
from bot.domain.upgrade.publications import unpublished
from bot.domain.upgrade.record import Back, Upgrade
from bot.domain.upgrade.stages import IN_FLIGHT, IN_REVIEW, UNDER_WAY, UNFINISHED, Stage
from bot.domain.upgrade.transitions import ask, failed, gone, loose_runs, lost_since, observe, undo
from bot.domain.versions import version_of
from bot.handlers.refreshes import shown
from bot.ports import Deployment, Ledger, Missing, Refused
from bot.services.deployments import Deployer
from bot.services.fleet_reader import Fleets
from bot.services.health_checks import Examiner, Expected
from bot.services.poll_throttle import Looks
from bot.services.upgrade_pull_requests import PullOpener

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
        deployer: Deployer,
        clock: Callable[[], datetime],
    ) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._opener = opener
        self._examiner = examiner
        self._deployer = deployer
        self._clock = clock
        self._looks = Looks(clock)

    def start(self, effect: StartUpgrade) -> list[Effect]:
        """Record that it was asked for, then go on; asking twice is the same upgrade."""
        version = version_of(effect.version)
        existing = self._ledger.upgrade(effect.slug, version)
        instance = self._fleets.recent().get(effect.slug)
        went_back = instance is not None and instance.version < version
        done = existing if existing is not None and existing.stage is Stage.DONE and went_back else None
        existing = None if done else existing
        asked = ask(existing, effect.slug, version, effect.by, self._clock(), effect.force)
        if asked != existing:
            log.info("upgrade_asked_for", slug=effect.slug, version=effect.version, by=effect.by, force=effect.force)
            left = replace(asked, loose=loose_runs(done), lost_since=lost_since(done)) if done else asked
            self._ledger.save_upgrade(left)
        return self.advance(Advance(effect.slug, effect.version))

    def roll_back(self, effect: StartRollback) -> list[Effect]:
        """Record that the upgrade is to be undone, then go on; it waits for no turn, for it makes things safe."""
        version = version_of(effect.version)
        existing = self._ledger.upgrade(effect.slug, version)
        back = Back(effect.by, effect.why, comment=effect.comment)
        undone = undo(existing, effect.slug, version, back, self._clock())
        if undone != existing:
            log.info("rollback_asked_for", slug=effect.slug, version=effect.version, by=effect.by, why=effect.why)
            self._ledger.save_upgrade(undone)
        return self.advance(Advance(effect.slug, effect.version))

    def advance(self, effect: Advance | Follow) -> list[Effect]:
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
            upgrade = self._kept(failed(upgrade, str(error).rstrip("."), self._clock()))
        quiet = isinstance(effect, Follow) and upgrade == before
        return self._followed(before, upgrade, quiet=quiet)

    def _followed(self, before: Upgrade, after: Upgrade, *, quiet: bool) -> list[Effect]:
        """What follows from a move: whoever shows it, whoever waits for it, and the next look.

        `quiet`: nothing moved, and whether it is shown may wait for the sweep, which sees to what a crash cut short.
        """
        if before.stage is not after.stage:
            log.info("upgrade_moved", slug=after.slug, version=str(after.version), stage=after.stage.value)
        effects: list[Effect] = [] if quiet else shown(self._ledger, after)
        if unpublished(after):
            effects.append(Publish(after.slug, str(after.version)))
        pause = self._deployer.pause(after)
        if pause is not None and self._looks.due(after.key, pause):
            effects.append(Follow(after.slug, str(after.version), pause))
        return [*effects, *_next_in_turn(before, after)]

    def _with_tracker(self, upgrade: Upgrade) -> list[Effect]:
        """See that there is a tracker first; for a rollback only if there is anything to roll back."""
        refused = self._opener.refused(upgrade) if upgrade.back is not None else None
        if refused is not None:
            return shown(self._ledger, self._kept(refused))
        return [EnsureTracker(str(upgrade.version), 0, upgrade.asked_by)]

    def recheck(self, effect: Recheck) -> list[Effect]:
        """Judge a deployed upgrade anew by checks taken now."""
        return self._by_person(effect, lambda u: looked_again(u, self._clock(), effect.by, effect.accepted))

    def mark_deployed(self, effect: MarkDeployed) -> list[Effect]:
        """Take a person's word that it is deployed, and go on with the proof."""

        def told(upgrade: Upgrade) -> Upgrade:
            meant = upgrade.attempt == effect.attempt and may_be_deployed(upgrade)
            return by_hand(upgrade, effect.by, self._clock()) if meant and self._is_latest(upgrade) else upgrade

        return self._by_person(effect, told)

    def retry(self, effect: Retry) -> list[Effect]:
        """Deploy once more what failed."""

        def again(upgrade: Upgrade) -> Upgrade:
            meant = upgrade.attempt == effect.attempt and may_be_retried(upgrade)
            return retried(upgrade, effect.by, self._clock()) if meant and self._is_latest(upgrade) else upgrade

        return self._by_person(effect, again)

    def _is_latest(self, upgrade: Upgrade) -> bool:
        return overtaken_by(upgrade, self._ledger.upgrades()) is None

    def _by_person(
        self, effect: Recheck | MarkDeployed | Retry, change: Callable[[Upgrade], Upgrade]
    ) -> list[Effect]:
        """What a person says of an upgrade, and how it goes on from there."""
        upgrade = self._ledger.upgrade(effect.slug, version_of(effect.version))
        if upgrade is None:
            return []
        changed = self._kept(change(upgrade))
        if changed.stage is not upgrade.stage:
            log.info(
                "upgrade_moved", slug=effect.slug, version=effect.version, stage=changed.stage.value, by=effect.by
            )
        follow = self.advance(Advance(effect.slug, effect.version)) if changed.stage in UNDER_WAY else []
        return [*shown(self._ledger, changed), *follow, *_next_in_turn(upgrade, changed)]

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
        if upgrade.stage in IN_REVIEW:
            upgrade = self._kept(self._checked(upgrade))
        if upgrade.stage in UNDER_WAY:
            upgrade = self._deployer.go_on(upgrade, self._kept)
        return upgrade

    def _checked(self, upgrade: Upgrade) -> Upgrade:
        """With pre-upgrade checks of its pull request as it is now; they are taken again when its own checks move."""
        checked = f"{upgrade.head} {upgrade.checks} {','.join(upgrade.failing)}"
        if upgrade.before and upgrade.checked == checked:
            return upgrade
        expected = Expected(upgrade.from_version, head=upgrade.head, pull_url=upgrade.url)
        results = self._examiner.examine(upgrade.slug, Phase.BEFORE, expected)
        return replace(upgrade, before=results, checked=checked)

    def _observed(self, upgrade: Upgrade, number: int) -> Upgrade:
        try:
            pull = self._deployment.pull(number)
        except Missing:
            return self._kept(gone(upgrade, self._clock()))
        reviews = self._deployment.reviews(number)
        seen = self._kept(observe(upgrade, pull, reviews, self._deployment.checks(pull.head), self._clock()))
        if seen.stage in IN_REVIEW:
            seen = self._kept(self._opener.keep_up(seen, pull))
        return seen

    def _kept(self, upgrade: Upgrade) -> Upgrade:
        if upgrade != self._ledger.upgrade(upgrade.slug, upgrade.version):
            self._ledger.save_upgrade(upgrade)
        return upgrade


def _next_in_turn(before: Upgrade, after: Upgrade) -> list[Effect]:
    """When an upgrade leaves the flight, or turns green, those that wait may go."""
    left = before.stage in IN_FLIGHT and after.stage not in IN_FLIGHT
    return [TakeTurns()] if left or before.stage is not after.stage else []
