"""Pull requests of the deployment repository, on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.adapters.github.access import WRITE_ROLES, has_role
from bot.adapters.github.default_branch import DefaultBranch
from bot.adapters.github.deployment.check_results import summarize
from bot.adapters.github.deployment.commit_checks import list_status_checks
from bot.adapters.github.deployment.reviews import latest_reviews, parse_review
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.repo_client import GitHubClient
from bot.adapters.github.http.session import Session
from bot.adapters.github.parsing import is_from_repository, parse_pull
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.github_models import CommitChecks, PullRequest, Review

READ_PULL = Purpose(GitHubAction.READ_PULL_REQUEST, "pull_requests=read")
LIST_PULLS = Purpose(GitHubAction.LIST_PULL_REQUESTS, "pull_requests=read")
OPEN_PULL = Purpose(GitHubAction.OPEN_PULL_REQUEST, "pull_requests=write")
EDIT_PULL = Purpose(GitHubAction.EDIT_PULL_REQUEST, "pull_requests=write")
CLOSE_PULL = Purpose(GitHubAction.CLOSE_PULL_REQUEST, "pull_requests=write")
LABEL_PULL = Purpose(GitHubAction.LABEL_PULL_REQUEST, "pull_requests=write")
READ_REVIEWS = Purpose(GitHubAction.READ_REVIEWS, "pull_requests=read")


class GitHubPullRequests:
    """Implements `PullRequestReader` and `PullRequestEditor` for the repository `name` (`owner/name`)."""

    def __init__(self, session: Session, client: GitHubClient, base: DefaultBranch, name: str) -> None:
        self._session = session
        self._client = client
        self._base = base
        self._name = name

    def pull(self, number: int) -> PullRequest:
        return self._client.get(f"/pulls/{number}", READ_PULL, self._parse)

    def reviews(self, number: int) -> Sequence[Review]:
        found = self._client.list_all(f"/pulls/{number}/reviews", READ_REVIEWS, parse_review)
        return latest_reviews(found, lambda login: has_role(self._client, login, WRITE_ROLES))

    def checks(self, commit: str) -> CommitChecks:
        return summarize(list_status_checks(self._client, commit), self._session.app_slug)

    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        query = {"head": f"{self._owner()}:{branch}", "state": "all", "sort": "created", "direction": "desc"}

        def own(data: Any) -> PullRequest | None:
            return self._parse(data) if is_from_repository(self._name, data) else None

        found = self._client.list_all("/pulls", LIST_PULLS, own, **query)
        return [one for one in found if one is not None and one.branch == branch]

    def _owner(self) -> str:
        name = self._name
        if self._session.is_renamed(name):
            name = self._client.get("", LIST_PULLS, lambda data: str(data["full_name"]))
        return name.split("/")[0]

    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        def create(base: str) -> PullRequest:
            new = {"title": title, "head": branch, "base": base, "body": body}
            return self._client.post("/pulls", OPEN_PULL, new, self._parse)

        return self._base.use(create)

    def _parse(self, data: Any) -> PullRequest:
        return parse_pull(data, self._base.is_base)

    def edit_pull(self, number: int, body: str) -> None:
        self._client.patch(f"/pulls/{number}", EDIT_PULL, {"body": body})

    def close_pull(self, number: int) -> None:
        self._client.patch(f"/pulls/{number}", CLOSE_PULL, {"state": "closed"})

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        names = sorted(labels)
        if names:
            self._client.post(f"/issues/{number}/labels", LABEL_PULL, {"labels": names})
