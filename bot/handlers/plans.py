"""Plans on demand, for `/plan`: what an upgrade would do, without starting it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bot.domain.chat.effects import PlanNow, RefreshReply
from bot.domain.chat.refusals import InstanceGone, PlanNotPossibleNow, PlanRefused
from bot.domain.chat.replies import PlanPreview
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.fleet.redaction import redact_value, redactor
from bot.domain.health.model import Phase
from bot.domain.plans.change_set import Refusal
from bot.domain.reasons import Reason
from bot.domain.rollout.schedule import RolloutState, order_gate
from bot.domain.versions import Version, parse_version
from bot.handlers.dispatch import handles, notes_delay
from bot.ports.accounts import BotAccount
from bot.ports.errors import PermanentError
from bot.ports.store import ReplyStore, UpgradeReader
from bot.rendering import Renderer
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
        preview = self._preview(effect.slug, version)
        items = tuple(
            preview if isinstance(item, PlanPreview) and (item.slug, item.version) == (effect.slug, version) else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    @notes_delay
    def mark_delayed(self, effect: PlanNow, reason: Reason) -> list[Effect]:
        """Say in the reply why there is no plan yet."""
        reply = self._store.reply(effect.comment)
        if reply is None:
            return []
        version = parse_version(effect.version)
        items = tuple(
            replace(item, refusal=PlanNotPossibleNow(reason))
            if isinstance(item, PlanPreview) and (item.slug, item.version) == (effect.slug, version)
            else item
            for item in reply.items
        )
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def _preview(self, slug: str, version: Version) -> PlanPreview:
        """What an upgrade would do, or why that is unknown."""
        waiting = PlanPreview(slug, version)
        view = self._fleets.current_view()
        instance = view.fleet.get(slug)
        if instance is None:
            return replace(waiting, refusal=InstanceGone())
        try:
            preview = self._planner.preview(view, instance, version)
        except PermanentError as error:
            return _refuse(waiting, PlanNotPossibleNow(error.reason), view.fleet)
        if isinstance(preview.plan, Refusal):
            refusal = PlanRefused(version, preview.refusal or preview.plan.reason)
            return _refuse(waiting, refusal, view.fleet)
        rollout = RolloutState(view.fleet, self._store.upgrades(), 0, {}, {version: True})
        checks = self._check_runner.run(slug, Phase.BEFORE)
        obstacle = order_gate(instance, version, rollout)
        renderer = Renderer(view.fleet, self._account.bot_login)
        return replace(waiting, report=render_plan(renderer, instance, preview.plan, preview, checks, obstacle))


def _refuse(waiting: PlanPreview, refusal: Reason, fleet: Fleet) -> PlanPreview:
    return replace(waiting, refusal=redact_value(refusal, redactor(fleet)))
