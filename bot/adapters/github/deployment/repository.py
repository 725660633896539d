"""All adapters of the deployment repository."""

from __future__ import annotations

from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.branches import GitHubBranches
from bot.adapters.github.deployment.check_runs import GitHubCheckRuns
from bot.adapters.github.deployment.files import GitHubFiles
from bot.adapters.github.deployment.merge_groups import GitHubMergeGroups
from bot.adapters.github.deployment.pull_request_comments import GitHubPullRequestComments
from bot.adapters.github.deployment.pull_requests import GitHubPullRequests
from bot.adapters.github.http.session import Session
from bot.ports.files import BlobCache


class GitHubDeploymentRepository:
    """The adapters of the repository `name` (`owner/name`). `cache` keeps the contents of its files."""

    def __init__(self, session: Session, name: str, cache: BlobCache) -> None:
        client = session.repository(name)
        self.base_branch = DefaultBranch(client, session.clock)
        self.files = GitHubFiles(session, client, self.base_branch, cache)
        self.branches = GitHubBranches(session, client, self.base_branch)
        self.pull_requests = GitHubPullRequests(session, client, self.base_branch, name)
        self.comments = GitHubPullRequestComments(session, client)
        self.merge_groups = GitHubMergeGroups(client, self.base_branch)
        self.check_runs = GitHubCheckRuns(session, client)
