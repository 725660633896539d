"""Replies: one comment for each comment with commands, edited in place as things progress."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from bot.domain.chat import markers
from bot.domain.chat.answers import InstanceStatus, StatusTable
from bot.domain.chat.effects import RefreshReply
from bot.domain.chat.replies import NOWHERE, PreparationProgress, Reply, UpgradeProgress
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from bot.handlers.dispatch import handles
from bot.ports.errors import ConflictError, NeedsPersonError, NotFoundError, PermanentError, TransientError
from bot.ports.store import PreparationReader, ReplyStore, UpgradeReader
from bot.rendering import Renderer
from bot.rendering.replies import render_reply
from bot.services.fleet_reader import FleetReader
from bot.services.own_comments import OwnComments

log = structlog.get_logger(__name__)


class _Store(ReplyStore, UpgradeReader, PreparationReader, Protocol):
    """What the handler remembers."""


class ReplyHandler:
    """Writes replies and keeps them up to date."""

    def __init__(self, comments: OwnComments, store: _Store, fleets: FleetReader) -> None:
        self._comments = comments
        self._store = store
        self._fleets = fleets

    @handles
    def refresh(self, effect: RefreshReply) -> list[Effect]:
        """Write or edit the reply if it would say something new."""
        reply = self._store.reply(effect.comment)
        if reply is None or not reply.items or reply.written == NOWHERE:
            return []
        body = self._body(reply)
        digest = hashlib.sha256(body.encode()).hexdigest()
        if digest != reply.digest or reply.written is None:
            marker = markers.reply(reply.comment)
            try:
                written = self._comments.put(reply.issue, marker, body, reply.written)
            except NotFoundError:  # the issue was deleted, transferred or converted: nobody can read a reply there
                log.info("replied_issue_gone", issue=reply.issue)
                written = NOWHERE
            except (TransientError, NeedsPersonError, ConflictError):
                self._store.save_reply(replace(reply, written=None))  # the sweep takes up what counts as unwritten
                raise
            except PermanentError as error:  # such as one that is too large
                log.warning("reply_refused", comment=reply.comment, error=str(error))
                written = NOWHERE if reply.written is None else reply.written
            self._store.save_reply(replace(reply, written=written, digest=digest))
        return []

    def _body(self, reply: Reply) -> Markdown:
        versions = (item.version for item in reply.items if isinstance(item, PreparationProgress))
        preparations = (self._store.preparation(version) for version in versions)
        # A reply that only says that it is late names no instance, and is written without the fleet.
        fleet = self._fleets.last_known() if reply.answered else Fleet()
        renderer = Renderer(fleet, self._comments.bot_login)
        return render_reply(
            renderer,
            reply,
            {upgrade.key: upgrade for upgrade in self._upgrades_shown(reply)},
            {preparation.version: preparation for preparation in preparations if preparation},
        )

    def _upgrades_shown(self, reply: Reply) -> Sequence[Upgrade]:
        """The upgrades that the reply shows: all of them if it has a table of their states."""
        if any(isinstance(item, StatusTable | InstanceStatus) for item in reply.items):
            return self._store.upgrades()
        progress = (item for item in reply.items if isinstance(item, UpgradeProgress))
        upgrades = (self._store.upgrade(item.slug, item.version) for item in progress)
        return [upgrade for upgrade in upgrades if upgrade]
