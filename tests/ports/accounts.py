"""Teams in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.ports.errors import ExternalError


@dataclass
class MemoryTeams:
    """Teams (`org/team`) with their members' logins; `down` is raised instead of an answer."""

    members: Mapping[str, frozenset[str]]
    down: ExternalError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def is_member(self, team: str, login: str) -> bool:
        self.asked.append((team, login))
        if self.down:
            raise self.down
        return login in self.members.get(team, frozenset())
