"""Whose turn it is: records what was asked for, and lets those of the waiting upgrades begin that may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.flow.effects import Advance, Effect, Prepare, StartUpgrade, StartUpgrades, TakeTurns
from bot.domain.health.model import Phase, State, overall
from bot.domain.rollout.schedule import Standing, has_to_look, turns
from bot.domain.upgrade.preparation import PreparationStage
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.upgrade.transitions import ask, planned, skipped
from bot.domain.versions import Version, version_of
from bot.handlers.refreshes import shown
from bot.ports import Ledger
from bot.services.commands import Policy
from bot.services.fleet_reader import Fleets, Sighting
from bot.services.health_checks import Examiner
from bot.services.planner import Planner

log = structlog.get_logger(__name__)


class TurnTaker:
    """Decides on all waiting upgrades at once; the engine runs one such decision at a time (`effects.TURNS`)."""

    def __init__(
        self,
        ledger: Ledger,
        fleets: Fleets,
        planner: Planner,
        examiner: Examiner,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._fleets = fleets
        self._planner = planner
        self._examiner = examiner
        self._policy = policy
        self._clock = clock

    def start(self, effect: StartUpgrades) -> list[Effect]:
        """Record that upgrades were asked for, then see whose turn it is; asking twice is the same upgrade.

        What has a record that is past waiting belongs to that upgrade's own jobs, which take the asking up.
        """
        version = version_of(effect.version)
        others: list[Effect] = []
        for slug in effect.slugs:
            existing = self._ledger.upgrade(slug, version)
            if existing is None or existing.stage is Stage.WAITING:
                asked = ask(existing, slug, version, effect.by, self._clock(), effect.force)
                if asked != existing:
                    log.info("upgrade_asked_for", slug=slug, version=effect.version, by=effect.by, force=effect.force)
                    self._ledger.save_upgrade(asked)
            else:
                others.append(StartUpgrade(slug, effect.version, effect.by, effect.issue, effect.force))
        return [*others, *self.take(TakeTurns())]

    def take(self, _: TakeTurns) -> list[Effect]:
        """Let those begin whose turn it is, and say of the others what they wait for."""
        upgrades = self._ledger.upgrades()
        if all(upgrade.stage is not Stage.WAITING for upgrade in upgrades):
            return []
        seen = self._fleets.sighting()
        effects, upgrades = self._left_out(upgrades, seen)
        versions = sorted({upgrade.version for upgrade in upgrades if upgrade.stage is Stage.WAITING})
        unready: dict[Version, str] = {}
        for version in versions:
            reason, preparing = self._unready(version, seen, upgrades)
            effects += preparing
            if reason:
                unready[version] = reason
        standing = Standing(seen.fleet, upgrades, self._policy.max_in_flight, unready, {})
        standing = replace(standing, first_is_green=self._green(standing, versions))
        for turn in turns(standing):
            effects += self._went(turn.upgrade) if turn.goes else self._waits(turn.upgrade, turn.reason)
        return [*dict.fromkeys(effects)]

    def _left_out(self, upgrades: Sequence[Upgrade], seen: Sighting) -> tuple[list[Effect], Sequence[Upgrade]]:
        """End those that wait for an instance that release upgrades leave out by now; the others."""
        effects: list[Effect] = []
        rest = []
        for upgrade in upgrades:
            instance = seen.fleet.get(upgrade.slug)
            if upgrade.stage is Stage.WAITING and instance is not None and instance.skip_reason:
                self._ledger.save_upgrade(skipped(upgrade, instance.skip_reason, self._clock()))
                effects += shown(self._ledger, upgrade)
            else:
                rest.append(upgrade)
        return effects, rest

    def _went(self, upgrade: Upgrade) -> list[Effect]:
        if not self._ledger.claim_turn(planned(upgrade, self._clock()), self._policy.max_in_flight):
            return []
        return [Advance(upgrade.slug, str(upgrade.version))]  # which shows it

    def _waits(self, upgrade: Upgrade, reason: str) -> list[Effect]:
        if upgrade.reason == reason:
            return []
        self._ledger.save_upgrade(replace(upgrade, reason=reason))
        return shown(self._ledger, upgrade)

    def _unready(self, version: Version, seen: Sighting, upgrades: Sequence[Upgrade]) -> tuple[str, list[Effect]]:
        """Why no upgrade to this version can begin, and what is to be done about it."""
        if version in seen.fleet.golden:
            return self._planner.unready(seen, version), []
        preparation = self._ledger.preparation(version)
        file = version.golden_path
        if preparation is None:
            by = next(u.asked_by for u in upgrades if u.version == version and u.stage is Stage.WAITING)
            return f"for {file}, which is being prepared", [Prepare(str(version), by, asked=False)]
        match preparation.stage:
            case PreparationStage.ASKED:
                return f"for {file}, which is being prepared", [
                    Prepare(str(version), preparation.asked_by, asked=False)
                ]
            case PreparationStage.OPEN:
                return f"for {file}: its pull request has to be merged first", []
            case PreparationStage.READY:
                return f"for {file}, which was there and is gone: bring it back", []
            case _:
                return f"for {file}: {preparation.reason}; /prepare {version} tries again", []

    def _green(self, standing: Standing, versions: list[Version]) -> dict[Version, bool]:
        """Whether the first instance is green, where the order depends on it and only a look can tell."""
        look = [
            version for version in versions if _customers_wait(standing, version) and has_to_look(standing, version)
        ]
        if not look:
            return {}
        green = overall(self._examiner.examine(FIRST_INSTANCE, Phase.NOW)) is State.PASS
        return dict.fromkeys(look, green)


def _customers_wait(standing: Standing, version: Version) -> bool:
    waiting = (u for u in standing.upgrades if u.stage is Stage.WAITING and u.version == version and not u.forced)
    instances = (standing.fleet.get(upgrade.slug) for upgrade in waiting)
    return version not in standing.unready and any(instance and not instance.internal for instance in instances)
