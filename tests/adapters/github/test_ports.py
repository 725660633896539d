"""The edges are what the ports ask for (the type checker reads this), and building them asks nothing."""

from __future__ import annotations

from bot.adapters.github import (
    GitHubDeployment,
    GitHubInspector,
    GitHubIssues,
    GitHubTeams,
    GitHubUpstream,
    GitHubWorkflows,
    Session,
)
from bot.adapters.inspectors import Inspectors
from bot.domain.health.queries import CommitQuery, ContainersQuery
from bot.ports import Deployment, Inspector, Issues, Teams, Upstream, Workflows
from tests.adapters.github.conftest import Site
from tests.adapters.github.samples import Cache


def ports(session: Session) -> tuple[Issues, Deployment, Workflows, Teams, Upstream, Inspector]:
    github = GitHubInspector(session, "fleet/deploy")
    return (
        GitHubIssues(session, "acme/releases"),
        GitHubDeployment(session, "fleet/deploy", Cache()),
        GitHubWorkflows(session, "fleet/deploy"),
        GitHubTeams(session),
        GitHubUpstream(session, "up/docker"),
        Inspectors({ContainersQuery: github.containers, CommitQuery: github.commit}),
    )


def test_nothing_is_asked_before_somebody_asks(site: Site, session: Session) -> None:
    assert ports(session)
    assert site.urls() == []
