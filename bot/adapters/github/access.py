"""Who may change a repository.

`author_association`, which GitHub tells of everything that people write, does not tell it: who keeps a membership in
the organization private may be a CONTRIBUTOR there, or NONE.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import PermanentError

READ_PERMISSION = Purpose(GitHubAction.READ_PERMISSION, "metadata=read")
WRITE_ROLES = frozenset({"write", "push", "maintain", "admin"})
TRIAGE_ROLES = WRITE_ROLES | {"triage"}


def has_role(client: GitHubClient, login: str, roles: frozenset[str]) -> bool:
    """Whether somebody has one of these roles in the repository. If GitHub refuses to tell, they have none."""

    def parse(data: Any) -> bool:
        return bool(roles & {str(data["permission"]), str(data.get("role_name"))})

    try:
        return client.get(f"/collaborators/{quote(login, safe='')}/permission", READ_PERMISSION, parse)
    except PermanentError:
        return False
