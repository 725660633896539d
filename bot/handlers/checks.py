"""Health checks on demand, for `/check`."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bot.domain.chat.effects import CheckNow, RefreshReply
from bot.domain.chat.refusals import ChecksDelayed
from bot.domain.chat.replies import CheckTable
from bot.domain.effects import Effect
from bot.domain.health.model import Phase
from bot.domain.reasons import Reason
from bot.domain.upgrade.stages import IN_DEPLOYMENT
from bot.handlers.dispatch import handles, notes_delay
from bot.ports.store import ReplyStore, UpgradeReader
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import ExpectedState, HealthCheckRunner


class _Store(ReplyStore, UpgradeReader, Protocol):
    """What the handler remembers."""


class CheckHandler:
    """Runs the health checks that a reply waits for."""

    def __init__(self, store: _Store, fleets: FleetReader, check_runner: HealthCheckRunner) -> None:
        self._store = store
        self._fleets = fleets
        self._check_runner = check_runner

    @handles
    def check_now(self, effect: CheckNow) -> list[Effect]:
        """Run an instance's checks and put the results into the reply that waits for them."""
        reply = self._store.reply(effect.comment)
        if reply is None:
            return []
        results = self._check_runner.run(effect.slug, Phase.NOW, self._expected(effect.slug))
        items = tuple(
            replace(item, results=results, error=None)
            if isinstance(item, CheckTable) and item.slug == effect.slug
            else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    @notes_delay
    def mark_delayed(self, effect: CheckNow, reason: Reason) -> list[Effect]:
        """Say in the reply why there are no results yet."""
        reply = self._store.reply(effect.comment)
        if reply is None:
            return []
        items = tuple(
            replace(item, error=ChecksDelayed(reason))
            if isinstance(item, CheckTable) and item.slug == effect.slug
            else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def _expected(self, slug: str) -> ExpectedState:
        """The state that an instance should be in now: by its current upgrade, else by its link."""
        instance = self._fleets.recent().get(slug)
        records = [upgrade for upgrade in self._store.upgrades() if upgrade.slug == slug and upgrade.merged_at]
        latest = max(records, key=lambda upgrade: upgrade.merged_at or upgrade.requested_at, default=None)
        link = instance.version if instance else None
        if latest is None or (latest.deployment is None and latest.stage not in IN_DEPLOYMENT):
            return ExpectedState(link)
        if not latest.deployed:
            return ExpectedState(latest.from_version)
        deployment = latest.deployment
        run = deployment.run_id if deployment and latest.target == link else None
        ended_at, url = (deployment.ended_at, deployment.run_url) if deployment else (None, "")
        return ExpectedState(link, run=run, deployed_at=ended_at, run_url=url)
