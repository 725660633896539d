"""Replies: one comment an order, edited in place as things progress."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import structlog

from bot.app import Commander
from bot.apply.checking import Examiner
from bot.domain import markers
from bot.domain.changeset import ChangeSet
from bot.domain.effects import Effect, Obey, PlanNow, RefreshReply, from_json, to_json
from bot.domain.health import Phase
from bot.domain.markdown import Markdown
from bot.domain.records import CheckTable, Paragraph, PlanShown, Preparing, Progress, Reply
from bot.domain.rollout import Standing, order_gate
from bot.domain.versions import Version, version_of
from bot.fleets import Fleets
from bot.planner import Planner
from bot.ports import Issues, Ledger, Missing, Refused, WorldError
from bot.voice import Voice

log = structlog.get_logger(__name__)


class ReplyWriter:
    """Plans orders, writes their replies and keeps them up to date."""

    def __init__(
        self,
        issues: Issues,
        ledger: Ledger,
        fleets: Fleets,
        commander: Commander,
        examiner: Examiner,
        planner: Planner,
    ) -> None:
        self._issues = issues
        self._ledger = ledger
        self._fleets = fleets
        self._commander = commander
        self._examiner = examiner
        self._planner = planner

    def react(self, comment: int) -> list[Effect]:
        """Best effort: a reaction that can't be made is a line in the log."""
        try:
            self._issues.react(comment, "eyes")
        except WorldError as error:
            log.info("no_reaction", comment=comment, error=str(error))
        return []

    def obey(self, order: Obey) -> list[Effect]:
        """Record the reply and start what the commands ask for.

        The same order again finds the same reply. The job that recorded it starts the same things when it is run
        again, for it may have been cut short; whoever else finds the comment starts nothing.
        """
        known = self._ledger.reply(order.comment)
        if known is not None and known.effects is not None:
            again = known.effects if known.found_by == order.found_by else ()
            return [RefreshReply(order.comment), *map(from_json, again)]
        try:
            reply, effects = self._commander.plan(order)
        except Refused as error:
            sentence = Voice(self._fleets.known(), self._issues.me).sentence(f"This can't be done now: {error}")
            reply, effects = Reply(order.comment, order.issue, order.author, (Paragraph(sentence),)), []
        reply = replace(reply, effects=tuple(map(to_json, effects)), found_by=order.found_by)
        if known is not None:
            reply = replace(reply, written=known.written, digest=known.digest)
        self._ledger.save_reply(reply)
        return [RefreshReply(order.comment), *effects]

    def check_now(self, comment: int, slug: str) -> list[Effect]:
        """Run an instance's checks and put the results into the reply that waits for them."""
        reply = self._ledger.reply(comment)
        if reply is None:
            return []
        results = self._examiner.examine(slug, Phase.NOW)
        items = tuple(
            replace(item, results=results) if isinstance(item, CheckTable) and item.slug == slug else item
            for item in reply.items
        )
        self._ledger.save_reply(replace(reply, items=items))
        return [RefreshReply(comment)]

    def plan_now(self, effect: PlanNow) -> list[Effect]:
        """Work out what an upgrade would do and put it into the reply that waits for it."""
        reply = self._ledger.reply(effect.comment)
        if reply is None:
            return []
        version = version_of(effect.version)
        words = self._planned(effect.slug, version)
        items = tuple(
            replace(item, words=words)
            if isinstance(item, PlanShown) and (item.slug, item.version) == (effect.slug, version)
            else item
            for item in reply.items
        )
        self._ledger.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]

    def _planned(self, slug: str, version: Version) -> Markdown:
        """What an upgrade would do, in words; why that can't be told, where it can't."""
        seen = self._fleets.sighting()
        voice = Voice(seen.fleet, self._issues.me)
        instance = seen.fleet.get(slug)
        if instance is None:
            return voice.sentence("The instance can't be read from the deployment repository any more.")
        try:
            preview = self._planner.preview(seen, instance, version)
        except Refused as error:
            return voice.refusal(instance, f"this can't be planned now: {error}")
        standing = Standing(seen.fleet, self._ledger.upgrades(), 0, {}, {version: True})
        checks = self._examiner.examine(slug, Phase.BEFORE) if isinstance(preview.plan, ChangeSet) else ()
        return voice.plan(instance, version, preview, checks, order_gate(instance, version, standing))

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
        shown = (item for item in reply.items if isinstance(item, Progress))
        upgrades = (self._ledger.upgrade(item.slug, item.version) for item in shown)
        versions = (item.version for item in reply.items if isinstance(item, Preparing))
        preparations = (self._ledger.preparation(version) for version in versions)
        voice = Voice(self._fleets.known(), self._issues.me)
        return voice.reply(
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
            except Missing:
                log.info("reply_was_deleted", comment=reply.comment)
            else:
                return written
        return self._issues.create_comment(reply.issue, body).id

    def _find(self, reply: Reply) -> int | None:
        """The reply that was written before we could note so."""
        marker = markers.reply(reply.comment)
        mine = (c for c in self._issues.comments(reply.issue) if c.author == self._issues.me and marker in c.body)
        return next((comment.id for comment in mine), None)
