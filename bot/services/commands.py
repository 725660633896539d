"""Plans the commands of comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.commands import all_commands, is_addressed, nearest_command, needs_operator
from bot.domain.chat import comments
from bot.domain.chat.answers import NotAllowed, UnknownCommand
from bot.domain.chat.comments import CommandLine
from bot.domain.chat.effects import HandleComment
from bot.domain.chat.privacy import redact_item
from bot.domain.chat.refusals import NotPossibleNow
from bot.domain.chat.replies import Reply, ReplyItem
from bot.domain.chat.requests import LATEST, CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.chat.unclear_words import bare, version_of
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.fleet.redaction import redactor
from bot.domain.versions import Version
from bot.ports.accounts import Teams
from bot.ports.errors import NeedsPersonError, PermanentError
from bot.ports.store import TrackerReader, UpgradeReader
from bot.ports.upstream import Releases
from bot.services.fleet_reader import FleetReader
from bot.services.operators import Operators
from bot.services.releases import released_for


class _Store(UpgradeReader, TrackerReader, Protocol):
    """The records that plans of commands depend on."""


class CommandService:
    """Plans the commands of a comment: checks permissions, gathers the state, and asks each command for its plan."""

    def __init__(
        self,
        teams: Teams,
        fleets: FleetReader,
        store: _Store,
        upstream: Releases,
        *,
        operators: Sequence[str],
    ) -> None:
        self._teams = teams
        self._fleets = fleets
        self._store = store
        self._upstream = upstream
        self._operators = tuple(operators)

    def plan(self, comment: HandleComment) -> tuple[Reply, list[Effect]]:
        """The reply to a comment, and the effects of its commands. The reply has no items where mibot stays silent.

        The permission is looked up before the comment is parsed, once, and only if a command could need it.
        """
        names = {name for name in set(comments.command_names(comment.body)) if is_addressed(name)}
        if not names:
            return Reply(comment.comment, comment.issue, comment.author, ()), []
        asker = _Asker(Operators(self._teams, self._operators), comment.author)
        if any(needs_operator(name) for name in names):
            asker.look_up()
        lines = comments.parse(comment.body, names.__contains__)
        items: list[ReplyItem] = []
        effects: list[Effect] = []
        fleet = self._fleets.recent() if lines else Fleet()
        for line in lines:
            plan = self._plan_line(comment, line, fleet, asker)
            items += plan.items
            effects += (effect for effect in plan.effects if effect not in effects)
        redact = redactor(fleet)
        told = _suggest_once(dict.fromkeys(items))  # each repeated answer once
        private = tuple(redact_item(item, redact) for item in told)
        return Reply(comment.comment, comment.issue, comment.author, private), effects

    def _plan_line(self, comment: HandleComment, line: CommandLine, fleet: Fleet, asker: _Asker) -> CommandPlan:
        command = all_commands().get(line.name)
        if command is None:
            return CommandPlan((UnknownCommand("", nearest_command(line.name)),))
        try:
            if command.permission is Permission.OPERATORS and not asker.is_operator():
                return CommandPlan((NotAllowed(line.name, comment.author, self._operators),))
            if line.fault is not None:
                return refuse(line.name, line.fault)
            # What a command for everybody answers to words may differ for those who may see customers' names.
            trusted = bool(line.arguments) and asker.is_operator()
            version = Version.parse(comment.version)
            request = CommandRequest(
                comment.comment, comment.issue, comment.author, line.arguments, version, line.quoted
            )
            return command.plan(request, self._context(fleet, line.arguments, version, trusted=trusted))
        except NeedsPersonError:
            raise  # the comment waits until that is mended
        except PermanentError as error:
            return refuse(line.name, NotPossibleNow(error.reason))

    def _context(
        self, fleet: Fleet, arguments: Sequence[str], version: Version | None, *, trusted: bool
    ) -> CommandContext:
        named = [found for word in arguments if (found := version_of(word))]
        wanted = named[0] if named else version
        versions = set(named) or {*([version] if version else [])}
        released = released_for(versions, fleet, self._upstream)
        if LATEST in {bare(word).lower() for word in arguments}:
            released = self._upstream.releases()
        return CommandContext(
            fleet,
            {upgrade.key: upgrade for upgrade in self._store.upgrades()},
            self._store.tracker(wanted) if wanted else None,
            released,
            trusted=trusted,
        )


class _Asker:
    """Who wrote the comment, and whether that is an operator, which is looked up once."""

    def __init__(self, operators: Operators, login: str) -> None:
        self._operators = operators
        self._login = login
        self._known: bool | PermanentError | None = None

    def look_up(self) -> None:
        """Ask for the memberships. A permanent error is kept for the commands that need the answer."""
        if self._known is None:
            try:
                self._known = self._operators.include(self._login)
            except NeedsPersonError:
                raise  # the comment waits until that is mended
            except PermanentError as error:
                self._known = error

    def is_operator(self) -> bool:
        self.look_up()
        if isinstance(self._known, PermanentError):
            raise self._known
        return bool(self._known)


def _suggest_once(items: Iterable[ReplyItem]) -> list[ReplyItem]:
    """The items with one answer to all mistyped commands, where the first of them is."""
    told = list(items)
    meant = [item.nearest for item in told if isinstance(item, UnknownCommand)]
    if not meant:
        return told
    first = next(place for place, item in enumerate(told) if isinstance(item, UnknownCommand))
    rest = [item for item in told[first:] if not isinstance(item, UnknownCommand)]
    return [*told[:first], UnknownCommand("", meant[0], tuple(meant[1:])), *rest]
