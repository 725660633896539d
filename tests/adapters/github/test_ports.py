"""The GitHub adapters implement the ports (the type checker reads this), and building them sends no request."""

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
from bot.ports.accounts import Teams
from bot.ports.branches import BaseBranch, Branches
from bot.ports.files import FileHistory, FleetSource
from bot.ports.inspector import Inspector
from bot.ports.issues import (
    CommentFeed,
    CommentThreads,
    IssueComments,
    IssueEditor,
    IssueReader,
    Reactions,
    WriteSlots,
)
from bot.ports.pull_requests import CheckRuns, PullRequestEditor, PullRequestReader
from bot.ports.upstream import Upstream
from bot.ports.workflows import Workflows
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import MemoryBlobCache

OfIssues = tuple[IssueReader, IssueEditor, IssueComments, CommentFeed, Reactions, WriteSlots]
OfDeployment = tuple[
    FleetSource,
    FileHistory,
    BaseBranch,
    Branches,
    PullRequestReader,
    PullRequestEditor,
    CommentThreads,
    CheckRuns,
]


def issue_ports(session: Session) -> OfIssues:
    issues = GitHubIssues(session, "acme/releases")
    return issues, issues, issues, issues, issues, issues


def deployment_ports(session: Session) -> OfDeployment:
    here = GitHubDeploymentRepository(session, "fleet/deploy", MemoryBlobCache())
    return (
        here.files,
        here.files,
        here.branches,
        here.branches,
        here.pull_requests,
        here.pull_requests,
        here.comments,
        here.check_runs,
    )


def other_ports(session: Session) -> tuple[Workflows, Teams, Upstream, Inspector]:
    github = GitHubInspector(session, "fleet/deploy")
    return (
        GitHubWorkflows(session, "fleet/deploy"),
        GitHubTeams(session),
        GitHubUpstream(session, "up/docker"),
        InspectorRouter({ContainersQuery: github.containers, CommitStatusQuery: github.commit}),
    )


def test_nothing_is_asked_before_somebody_asks(site: FakeGitHub, session: Session) -> None:
    assert issue_ports(session)
    assert deployment_ports(session)
    assert other_ports(session)
    assert site.urls() == []
