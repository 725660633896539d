"""GitHub, through PyGithub, as a GitHub App. One `Session` is shared by everything that talks to it."""

from __future__ import annotations

from bot.adapters.github.deployment.repository import GitHubDeploymentRepository
from bot.adapters.github.http.purpose import PERMISSIONS
from bot.adapters.github.http.session import Session
from bot.adapters.github.inspector import GitHubInspector
from bot.adapters.github.issues import GitHubIssues
from bot.adapters.github.teams import GitHubTeams
from bot.adapters.github.upstream import GitHubUpstream
from bot.adapters.github.workflows import GitHubWorkflows

__all__ = [
    "PERMISSIONS",
    "GitHubDeploymentRepository",
    "GitHubInspector",
    "GitHubIssues",
    "GitHubTeams",
    "GitHubUpstream",
    "GitHubWorkflows",
    "Session",
]
