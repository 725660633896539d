"""Who may give orders: the members of the operator teams."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports.accounts import Teams
from bot.ports.errors import ExternalError


class Operators:
    """The members of the teams in `policy.operators` (`org/team`)."""

    def __init__(self, teams: Teams, names: Sequence[str]) -> None:
        self._teams = teams
        self.names = tuple(names)

    def include(self, login: str) -> bool:
        """Whether somebody is one: a member of any team that can be read. Raises ExternalError when that is
        unknown."""
        failure: ExternalError | None = None
        for team in self.names:
            try:
                if self._teams.is_member(team, login):
                    return True
            except ExternalError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return False
