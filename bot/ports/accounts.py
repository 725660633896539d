"""Who acts on GitHub: mibot itself, and people by their teams."""

from __future__ import annotations

from typing import Protocol


class BotAccount(Protocol):
    """The account that mibot acts as."""

    @property
    def bot_login(self) -> str:
        """The App's own login, such as `mibot[bot]`."""


class Teams(Protocol):
    """Who belongs to a team."""

    def is_member(self, team: str, login: str) -> bool:
        """Whether `login` is an active member of `team` (`org/team`)."""
