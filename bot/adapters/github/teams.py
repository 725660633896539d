"""Who belongs to a team: the port `Teams` on GitHub."""

from __future__ import annotations

import threading
from urllib.parse import quote

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.session import Session
from bot.domain.failures.github import GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import NeedsPersonError, NotFoundError

READ_MEMBERSHIP = Purpose(GitHubAction.READ_TEAM_MEMBERS, "members=read")
READ_TEAM = Purpose(GitHubAction.READ_TEAM, "members=read")
CACHE_TTL = 60.0  # seconds


class GitHubTeams:
    """Reads memberships from GitHub, and remembers each for a minute."""

    def __init__(self, session: Session, keep: float = CACHE_TTL) -> None:
        self._session = session
        self._keep = keep
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    def is_member(self, team: str, login: str) -> bool:
        key = (team.lower(), login.lower())
        now = self._session.clock()
        with self._lock:
            self._known = {k: (until, answer) for k, (until, answer) in self._known.items() if until > now}
            if key in self._known:
                return self._known[key][1]
        answer = self._ask(team, login)
        with self._lock:
            self._known[key] = (now + self._keep, answer)
        return answer

    def _ask(self, team: str, login: str) -> bool:
        org, _, slug = team.partition("/")
        path = f"/teams/{quote(slug, safe='')}/memberships/{quote(login, safe='')}"
        try:
            return self._session.organization(org).get(
                path, READ_MEMBERSHIP, lambda data: bool(data["state"] == "active")
            )
        except NotFoundError as error:
            self._expect_team(org, slug, error)
            return False

    def _expect_team(self, org: str, slug: str, error: NotFoundError) -> None:
        """GitHub says 404 of who is no member, and of a team that is not there or that the App can't see: then
        nothing is known."""
        try:
            self._session.organization(org).get(f"/teams/{quote(slug, safe='')}", READ_TEAM, lambda _: None)
        except NotFoundError:
            raise NeedsPersonError(GitHubFailed(READ_TEAM.action, GitHubProblem.NOT_FOUND)) from error
