"""The edges are what the ports ask for (the type checker reads this), and building them asks nothing."""

from __future__ import annotations

from bot.adapters.github import (
    GitHubDeploymentRepository,
    GitHubInspector,
    GitHubIssues,
    GitHubTeams,
    GitHubUpstream,
    GitHubWorkflows,
    Session,
)
from bot.adapters.inspectors import InspectorRouter
from bot.domain.health.queries import CommitStatusQuery, ContainersQuery
from bot.ports import DeploymentRepository, Inspector, Issues, Teams, Upstream, Workflows
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import MemoryBlobCache


def ports(session: Session) -> tuple[Issues, DeploymentRepository, Workflows, Teams, Upstream, Inspector]:
    github = GitHubInspector(session, "fleet/deploy")
    return (
        GitHubIssues(session, "acme/releases"),
        GitHubDeploymentRepository(session, "fleet/deploy", MemoryBlobCache()),
        GitHubWorkflows(session, "fleet/deploy"),
        GitHubTeams(session),
        GitHubUpstream(session, "up/docker"),
        InspectorRouter({ContainersQuery: github.containers, CommitStatusQuery: github.commit}),
    )


def test_nothing_is_asked_before_somebody_asks(site: FakeGitHub, session: Session) -> None:
    assert ports(session)
    assert site.urls() == []
