"""The edges are what the ports ask for (the type checker reads this), and building them asks nothing."""

from __future__ import annotations

from bot.edges.github import GitHubDeployment, GitHubIssues, GitHubTeams, GitHubUpstream, Session
from bot.ports import Deployment, Issues, Teams, Upstream
from tests.edges.github.conftest import Site
from tests.edges.github.samples import Cache


def ports(session: Session) -> tuple[Issues, Deployment, Teams, Upstream]:
    return (
        GitHubIssues(session, "acme/releases"),
        GitHubDeployment(session, "fleet/deploy", Cache()),
        GitHubTeams(session),
        GitHubUpstream(session, "up/docker"),
    )


def test_nothing_is_asked_before_somebody_asks(site: Site, session: Session) -> None:
    assert ports(session)
    assert site.urls() == []
