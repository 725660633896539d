"""Comments with commands: each gets a reaction and a reply, and its commands are started once."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import structlog

from bot.commands import all_commands
from bot.domain.chat import comments
from bot.domain.chat.answers import Message
from bot.domain.chat.effects import AddReaction, HandleComment, RefreshReply
from bot.domain.chat.refusals import NotPossibleNow, OrderDelayed, OrderTakenBack
from bot.domain.chat.replies import SILENT, Reply
from bot.domain.effects import Effect
from bot.domain.failures.github import GitHubRateLimited
from bot.domain.reasons import Reason
from bot.handlers.dispatch import handles, notes_delay
from bot.ports.errors import ExternalError, NeedsPersonError, NotFoundError, PermanentError
from bot.ports.issues import CommentReader, Reactions
from bot.ports.store import ReplyStore
from bot.services.commands import CommandService

log = structlog.get_logger(__name__)


class _Issues(Reactions, CommentReader, Protocol):
    """Where the comments are."""


class CommentHandler:
    """Reacts to comments and plans their commands."""

    def __init__(self, issues: _Issues, store: ReplyStore, commands: CommandService) -> None:
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
        """Record the reply and start what the commands request, once for each comment.

        The reply's row in the store proves it: whoever brings the comment and writes the effects there first, starts
        them. If that job runs again, it starts the same effects, because a crash may have cut it short. Whatever else
        brings the comment starts nothing: another delivery, a sweep, another worker.
        """
        known = self._store.reply(effect.comment)
        if known is not None and known.effects is not None:
            return _start(known, effect)
        try:
            taken_back = self._why_taken_back(effect) if known is not None and not known.answered else None
            reply, effects = _refuse(effect, taken_back) if taken_back else self._commands.plan(effect)
        except NeedsPersonError:
            raise  # the comment waits until that is mended
        except PermanentError as error:
            reply, effects = _refuse(effect, NotPossibleNow(error.reason))
        written = None if reply.items else SILENT
        reply = replace(reply, effects=tuple(effects), found_by=effect.found_by, written=written)
        return _start(self._store.claim_reply(reply), effect)

    def _why_taken_back(self, effect: HandleComment) -> Reason | None:
        """Why a comment that had to wait is not carried out: its author thought better of it meanwhile."""
        try:
            now = self._issues.comment(effect.comment)
        except NotFoundError:
            return OrderTakenBack(deleted=True)
        before, after = comments.parse(effect.body, _is_command), comments.parse(now.body, _is_command)
        return None if before == after else OrderTakenBack(deleted=False)

    @notes_delay
    def mark_delayed(self, effect: HandleComment, reason: Reason) -> list[Effect]:
        """Say in the reply why the commands are not carried out yet. Carrying them out replaces that."""
        known = self._store.reply(effect.comment)
        if (known is not None and known.answered) or not _names_a_command(effect.body):
            return []
        items = (Message(OrderDelayed(reason)),)
        if known is not None and _same_delay(known, reason):
            return []
        reply = known or Reply(effect.comment, effect.issue, effect.author, items, found_by=effect.found_by)
        self._store.save_reply(replace(reply, items=items))
        return [RefreshReply(effect.comment)]


def _start(reply: Reply, effect: HandleComment) -> list[Effect]:
    """What follows from the reply that the store has: nothing of its effects unless this very job wrote them."""
    if not reply.items:
        return []
    if reply.found_by != effect.found_by:
        return [RefreshReply(effect.comment)]
    return [AddReaction(effect.comment), RefreshReply(effect.comment), *(reply.effects or ())]


def _refuse(effect: HandleComment, reason: Reason) -> tuple[Reply, list[Effect]]:
    return Reply(effect.comment, effect.issue, effect.author, (Message(reason),)), []


def _is_command(name: str) -> bool:
    return name in all_commands()


def _names_a_command(body: str) -> bool:
    """Whether mibot has one of the commands: others write lines that begin with a slash, too."""
    return bool(comments.parse(body, _is_command))


def _same_delay(reply: Reply, reason: Reason) -> bool:
    """Whether the reply says so already. The seconds of a rate limit differ each time, and say nothing new."""
    causes = [i.reason.cause for i in reply.items if isinstance(i, Message) and isinstance(i.reason, OrderDelayed)]
    limited = isinstance(reason, GitHubRateLimited)
    return any(cause == reason or (limited and isinstance(cause, GitHubRateLimited)) for cause in causes)
