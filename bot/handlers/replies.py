"""Replies: one comment an order, edited in place as things progress."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.chat.effects import BackUpNow, HandleComment, PlanNow, RefreshReply
from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    Reply,
    ReplyItem,
    UpgradeProgress,
)
from bot.domain.effects import Effect
from bot.domain.health.model import Phase
from bot.domain.plans.change_set import ChangeSet
from bot.domain.rollout.schedule import RolloutState, order_gate
from bot.domain.upgrade.backups import BackupState, overall_state
from bot.domain.upgrade.stages import IN_DEPLOYMENT
from bot.domain.versions import Version, parse_version
from bot.formats.markdown import Markdown
from bot.ports.backups import Backups
from bot.ports.errors import ExternalError, NotFoundError, PermanentError
from bot.ports.issues import IssueComments, Reactions
from bot.ports.store import PreparationStore, ReplyStore, UpgradeReader
from bot.rendering import Renderer
from bot.rendering.messages import render_refusal
from bot.rendering.plans import render_plan
from bot.rendering.replies import render_reply
from bot.rendering.wording import describe
from bot.services.commands import CommandService
from bot.services.deployments import DeploymentService
from bot.services.fleet_reader import FleetReader
from bot.services.health_checks import ExpectedState, HealthCheckRunner
from bot.services.planner import Planner

log = structlog.get_logger(__name__)


class _Issues(IssueComments, Reactions, Protocol):
    """What the handler does with issues."""


class _Store(ReplyStore, UpgradeReader, PreparationStore, Protocol):
    """What the handler remembers."""


class ReplyHandler:
    """Plans orders, writes their replies and keeps them up to date. `clock` gives the time in UTC."""

    def __init__(
        self,
        issues: _Issues,
        ledger: _Store,
        fleets: FleetReader,
        commander: CommandService,
        examiner: HealthCheckRunner,
        planner: Planner,
        deployer: DeploymentService,
        backups: Backups,
        clock: Callable[[], datetime],
    ) -> None:
        self._issues = issues
        self._ledger = ledger
        self._fleets = fleets
        self._commands = commander
        self._check_runner = examiner
        self._planner = planner
        self._deployments = deployer
        self._backups = backups
        self._clock = clock

    def react(self, comment: int) -> list[Effect]:
        """Best effort: a reaction that can't be made is a line in the log."""
        try:
            self._issues.react(comment, "eyes")
        except ExternalError as error:
            log.info("no_reaction", comment=comment, error=str(error))
        return []

    def handle_comment(self, order: HandleComment) -> list[Effect]:
        """Record the reply and start what the commands ask for.

        The same order again finds the same reply. The job that recorded it starts the same things when it is run
        again, for it may have been cut short; whoever else finds the comment starts nothing.
        """
        known = self._ledger.reply(order.comment)
        if known is not None and known.effects is not None:
            again = known.effects if known.found_by == order.found_by else ()
            return [RefreshReply(order.comment), *again]
        try:
            reply, effects = self._commands.plan(order)
        except PermanentError as error:
            sentence = Renderer(self._fleets.last_known(), self._issues.bot_login).safe_text(
                f"This can't be done now: {error}"
            )
            reply, effects = Reply(order.comment, order.issue, order.author, (Paragraph(sentence),)), []
        reply = replace(reply, effects=tuple(effects), found_by=order.found_by)
        if known is not None:
            reply = replace(reply, written=known.written, digest=known.digest)
        self._ledger.save_reply(reply)
        return [RefreshReply(order.comment), *effects]

    def check_now(self, comment: int, slug: str) -> list[Effect]:
        """Run an instance's checks and put the results into the reply that waits for them."""
        reply = self._ledger.reply(comment)
        if reply is None:
            return []
        results = self._check_runner.run(slug, Phase.NOW, self._expected(slug))
        items = tuple(
            replace(item, results=results) if isinstance(item, CheckTable) and item.slug == slug else item
            for item in reply.items
        )
        self._ledger.save_reply(replace(reply, items=items))
        return [RefreshReply(comment)]

    def _expected(self, slug: str) -> ExpectedState:
        """What ought to be true of an instance now: by its upgrade that is under way, else by its link."""
        instance = self._fleets.recent().get(slug)
        records = [upgrade for upgrade in self._ledger.upgrades() if upgrade.slug == slug and upgrade.merged_at]
        latest = max(records, key=lambda upgrade: upgrade.merged_at or upgrade.asked_at, default=None)
        link = instance.version if instance else None
        if latest is None or (latest.deployment is None and latest.stage not in IN_DEPLOYMENT):
            return ExpectedState(link)
        if not latest.deployed:
            return ExpectedState(latest.from_version)
        deployment = latest.deployment
        run = deployment.run if deployment and latest.target == link else None
        ended_at, url = (deployment.ended_at, deployment.url) if deployment else (None, "")
        return ExpectedState(link, run=run, deployed_at=ended_at, run_url=url)

    def back_up_now(self, effect: BackUpNow) -> list[Effect]:
        """Take backups for a `/backup`, and put how they stand into the reply that waits for them."""
        reply = self._ledger.reply(effect.comment)
        shown = next((i for i in reply.items if _is_backup_of(i, effect.slug)), None) if reply else None
        if reply is None or not isinstance(shown, BackupProgress):
            return []
        seen = self._take_backups(shown, effect, reply.issue)
        items = tuple(seen if item == shown else item for item in reply.items)
        self._ledger.save_reply(replace(reply, items=items))
        going_on = not seen.fault and overall_state(seen.copies or ()) is BackupState.RUNNING
        again = [replace(effect, delay_seconds=self._deployments.policy.poll)] if going_on else []
        return [RefreshReply(effect.comment), *again]

    def _take_backups(self, shown: BackupProgress, effect: BackUpNow, issue: int) -> BackupProgress:
        policy = self._deployments.policy
        try:
            order = self._deployments.backup_request_now(effect.slug, f"mibot-backup-{effect.comment}", issue)
            copies = tuple(self._backups.ensure(order))
            older = tuple(self._backups.beyond_retention(order, policy.keep_backups))
        except PermanentError as error:
            return replace(shown, copies=shown.copies or (), fault=describe(error.reason).rstrip("."))
        began = min((copy.made_at for copy in copies), default=self._clock())
        late = self._clock() - began > timedelta(seconds=policy.backup_timeout)
        fault = ""
        if late and overall_state(copies) is BackupState.RUNNING:
            fault = f"they are not ready after {policy.backup_timeout:g} seconds; look at them in Google's console"
        return replace(shown, copies=copies, older=older, fault=fault)

    def mark_backup_delayed(self, effect: BackUpNow, reason: str) -> list[Effect]:
        """Say in the reply that the backup was given up, for the world does not answer."""
        reply = self._ledger.reply(effect.comment)
        if reply is None:
            return []
        fault = f"{reason.rstrip('.')}; say /backup again"
        items = tuple(
            replace(item, copies=item.copies or (), fault=fault)
            if isinstance(item, BackupProgress) and item.slug == effect.slug
            else item
            for item in reply.items
        )
        self._ledger.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def plan_now(self, effect: PlanNow) -> list[Effect]:
        """Work out what an upgrade would do and put it into the reply that waits for it."""
        reply = self._ledger.reply(effect.comment)
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
        self._ledger.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def _preview(self, slug: str, version: Version) -> Markdown:
        """What an upgrade would do, in words; why that can't be told, where it can't."""
        seen = self._fleets.current_view()
        renderer = Renderer(seen.fleet, self._issues.bot_login)
        instance = seen.fleet.get(slug)
        if instance is None:
            return renderer.safe_text("The instance can't be read from the deployment repository any more.")
        try:
            preview = self._planner.preview(seen, instance, version)
        except PermanentError as error:
            return render_refusal(renderer, instance, f"this can't be planned now: {error}")
        standing = RolloutState(seen.fleet, self._ledger.upgrades(), 0, {}, {version: True})
        checks = self._check_runner.run(slug, Phase.BEFORE) if isinstance(preview.plan, ChangeSet) else ()
        return render_plan(renderer, instance, version, preview, checks, order_gate(instance, version, standing))

    def refresh(self, comment: int) -> list[Effect]:
        """Write or edit the reply when it would say something new."""
        reply = self._ledger.reply(comment)
        if reply is None:
            return []
        body = self._body(reply)
        digest = hashlib.sha256(body.encode()).hexdigest()
        if digest != reply.digest or reply.written is None:
            written = self._write(reply, body)
            self._ledger.save_reply(replace(reply, written=written, digest=digest))
        return []

    def _body(self, reply: Reply) -> Markdown:
        shown = (item for item in reply.items if isinstance(item, UpgradeProgress))
        upgrades = (self._ledger.upgrade(item.slug, item.version) for item in shown)
        versions = (item.version for item in reply.items if isinstance(item, PreparationProgress))
        preparations = (self._ledger.preparation(version) for version in versions)
        renderer = Renderer(self._fleets.last_known(), self._issues.bot_login)
        return render_reply(
            renderer,
            reply,
            {upgrade.key: upgrade for upgrade in upgrades if upgrade},
            {preparation.version: preparation for preparation in preparations if preparation},
        )

    def _write(self, reply: Reply, body: Markdown) -> int:
        """Edit the reply where it is, or write it; the comment it is now. One that people deleted is written anew."""
        written = reply.written or self._find(reply)
        if written is not None:
            try:
                self._issues.edit_comment(written, body)
            except NotFoundError:
                log.info("reply_was_deleted", comment=reply.comment)
            else:
                return written
        return self._issues.create_comment(reply.issue, body).id

    def _find(self, reply: Reply) -> int | None:
        """The reply that was written before we could note so."""
        marker = markers.reply(reply.comment)
        mine = (
            c for c in self._issues.comments(reply.issue) if c.author == self._issues.bot_login and marker in c.body
        )
        return next((comment.id for comment in mine), None)


def _is_backup_of(item: ReplyItem, slug: str) -> bool:
    return isinstance(item, BackupProgress) and item.slug == slug
