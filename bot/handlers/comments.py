"""Comments with commands: each gets a reaction and a reply, and its commands are started once."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.domain.chat.answers import Message
from bot.domain.chat.effects import AddReaction, HandleComment, RefreshReply
from bot.domain.chat.refusals import NotPossibleNow
from bot.domain.chat.replies import Reply
from bot.domain.effects import Effect
from bot.handlers.dispatch import handles
from bot.ports.errors import ExternalError, PermanentError
from bot.ports.issues import Reactions
from bot.ports.store import ReplyStore
from bot.services.commands import CommandService

log = structlog.get_logger(__name__)


class CommentHandler:
    """Reacts to comments and plans their commands."""

    def __init__(self, issues: Reactions, store: ReplyStore, commands: CommandService) -> None:
        self._issues = issues
        self._store = store
        self._commands = commands

    @handles
    def react(self, effect: AddReaction) -> list[Effect]:
        """Add the reaction. If that fails, log it."""
        try:
            self._issues.react(effect.comment, "eyes")
        except ExternalError as error:
            log.info("no_reaction", comment=effect.comment, error=str(error))
        return []

    @handles
    def handle_comment(self, effect: HandleComment) -> list[Effect]:
        """Record the reply and start what the commands request.

        A comment that has a reply is not planned again. If the job that recorded the reply runs again, it starts the
        same effects, because a crash may have cut it short. Duplicate discoveries of the comment start nothing.
        """
        known = self._store.reply(effect.comment)
        if known is not None and known.effects is not None:
            again = known.effects if known.found_by == effect.found_by else ()
            return [RefreshReply(effect.comment), *again]
        try:
            reply, effects = self._commands.plan(effect)
        except PermanentError as error:
            message = Message(NotPossibleNow(error.reason))
            reply, effects = Reply(effect.comment, effect.issue, effect.author, (message,)), []
        reply = replace(reply, effects=tuple(effects), found_by=effect.found_by)
        if known is not None:
            reply = replace(reply, written=known.written, digest=known.digest)
        self._store.save_reply(reply)
        return [RefreshReply(effect.comment), *effects]
