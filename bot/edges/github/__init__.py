"""GitHub, through PyGithub, as a GitHub App. One `Session` is shared by everything that talks to it."""

from __future__ import annotations

from bot.edges.github.deployment import GitHubDeployment
from bot.edges.github.issues import GitHubIssues
from bot.edges.github.published import GitHubInspector
from bot.edges.github.purpose import PERMISSIONS
from bot.edges.github.session import Session
from bot.edges.github.teams import GitHubTeams
from bot.edges.github.upstream import GitHubUpstream
from bot.edges.github.workflows import GitHubWorkflows

__all__ = [
    "PERMISSIONS",
    "GitHubDeployment",
    "GitHubInspector",
    "GitHubIssues",
    "GitHubTeams",
    "GitHubUpstream",
    "GitHubWorkflows",
    "Session",
]
