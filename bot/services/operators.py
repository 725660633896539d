"""Who may give orders: the members of the operator teams."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports.accounts import Teams


class Operators:
    """The members of the teams in `policy.operators` (`org/team`)."""

    def __init__(self, teams: Teams, names: Sequence[str]) -> None:
        self._teams = teams
        self.names = tuple(names)

    def include(self, login: str) -> bool:
        """Whether somebody is one. Raises ExternalError when GitHub does not tell."""
        return any(self._teams.is_member(team, login) for team in self.names)
