"""Plans on demand, for `/plan`: what an upgrade would do, without starting it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bot.domain.chat.effects import PlanNow, RefreshReply
from bot.domain.chat.replies import PlanPreview
from bot.domain.effects import Effect
from bot.domain.health.model import Phase
from bot.domain.plans.change_set import ChangeSet
from bot.domain.rollout.schedule import RolloutState, order_gate
from bot.domain.versions import Version, parse_version
from bot.formats.markdown import Markdown
from bot.handlers.dispatch import handles
from bot.ports.accounts import BotAccount
from bot.ports.errors import PermanentError
from bot.ports.store import ReplyStore, UpgradeReader
from bot.rendering import Renderer
from bot.rendering.messages import render_refusal
from bot.rendering.plans import render_plan
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import HealthCheckRunner
from bot.services.planner import Planner


class _Store(ReplyStore, UpgradeReader, Protocol):
    """What the handler remembers."""


class PlanHandler:
    """Plans the upgrades that a reply waits for."""

    def __init__(
        self,
        account: BotAccount,
        store: _Store,
        fleets: FleetReader,
        check_runner: HealthCheckRunner,
        planner: Planner,
    ) -> None:
        self._account = account
        self._store = store
        self._fleets = fleets
        self._check_runner = check_runner
        self._planner = planner

    @handles
    def plan_now(self, effect: PlanNow) -> list[Effect]:
        """Plan an upgrade and put the plan into the reply that waits for it."""
        reply = self._store.reply(effect.comment)
        if reply is None:
            return []
        version = parse_version(effect.version)
        words = self._preview(effect.slug, version)
        items = tuple(
            replace(item, words=words)
            if isinstance(item, PlanPreview) and (item.slug, item.version) == (effect.slug, version)
            else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def _preview(self, slug: str, version: Version) -> Markdown:
        """What an upgrade would do, or why that is unknown."""
        seen = self._fleets.current_view()
        renderer = Renderer(seen.fleet, self._account.bot_login)
        instance = seen.fleet.get(slug)
        if instance is None:
            return renderer.safe_text("The instance can't be read from the deployment repository any more.")
        try:
            preview = self._planner.preview(seen, instance, version)
        except PermanentError as error:
            return render_refusal(renderer, instance, f"this can't be planned now: {error}")
        standing = RolloutState(seen.fleet, self._store.upgrades(), 0, {}, {version: True})
        checks = self._check_runner.run(slug, Phase.BEFORE) if isinstance(preview.plan, ChangeSet) else ()
        return render_plan(renderer, instance, version, preview, checks, order_gate(instance, version, standing))
