"""Plans the commands of comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.commands import Command, all_commands, nearest_command
from bot.domain.chat import comments
from bot.domain.chat.answers import NotAllowed, UnknownCommand
from bot.domain.chat.comments import CommandLine
from bot.domain.chat.effects import HandleComment
from bot.domain.chat.privacy import redact_item
from bot.domain.chat.refusals import NotPossibleNow
from bot.domain.chat.replies import Reply, ReplyItem
from bot.domain.chat.requests import LATEST, CommandContext, CommandPlan, CommandRequest, Permission, refuse
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.fleet.redaction import redactor
from bot.domain.versions import Version
from bot.ports.accounts import Teams
from bot.ports.errors import PermanentError
from bot.ports.store import TrackerReader, UpgradeReader
from bot.ports.upstream import Releases
from bot.services.fleet_reader import FleetReader
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
        """The reply to a comment, and the effects of its commands."""
        fleet = self._fleets.recent()
        items: list[ReplyItem] = []
        effects: list[Effect] = []
        is_operator: bool | None = None
        for line in comments.parse(comment.body):
            command = all_commands().get(line.name)
            try:
                if command is not None and command.permission is Permission.OPERATORS and is_operator is None:
                    is_operator = self._is_operator(comment.author)
                plan = self._plan_line(comment, line, command, fleet, is_operator=bool(is_operator))
            except PermanentError as error:
                plan = refuse(line.name, NotPossibleNow(error.reason))
            items += plan.items
            effects += (effect for effect in plan.effects if effect not in effects)
        redact = redactor(fleet)
        private = tuple(redact_item(item, redact) for item in dict.fromkeys(items))  # each repeated answer once
        return Reply(comment.comment, comment.issue, comment.author, private), effects

    def _plan_line(
        self,
        comment: HandleComment,
        line: CommandLine,
        command: Command | None,
        fleet: Fleet,
        *,
        is_operator: bool,
    ) -> CommandPlan:
        if command is None:
            return CommandPlan((UnknownCommand(line.name, nearest_command(line.name)),))
        if command.permission is Permission.OPERATORS and not is_operator:
            return CommandPlan((NotAllowed(line.name, comment.author, self._operators),))
        if line.fault is not None:
            return refuse(line.name, line.fault)
        version = Version.parse(comment.version)
        request = CommandRequest(comment.comment, comment.issue, comment.author, line.arguments, version)
        return command.plan(request, self._context(fleet, line.arguments, version))

    def _is_operator(self, login: str) -> bool:
        return any(self._teams.is_member(team, login) for team in self._operators)

    def _context(self, fleet: Fleet, arguments: Sequence[str], version: Version | None) -> CommandContext:
        named = [found for word in arguments if (found := Version.parse(word))]
        wanted = named[0] if named else version
        versions = set(named) or {*([version] if version else [])}
        released = released_for(versions, fleet, self._upstream)
        if LATEST in {word.lower() for word in arguments}:
            released = self._upstream.releases()
        return CommandContext(
            fleet,
            {upgrade.key: upgrade for upgrade in self._store.upgrades()},
            self._store.tracker(wanted) if wanted else None,
            released,
        )
