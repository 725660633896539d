"""Branches and pull requests of the deployment repository: the port `Deployment` on GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.github.base_branch import BaseBranch
from bot.adapters.github.blobs import BlobReader
from bot.adapters.github.check_results import summarize
from bot.adapters.github.check_runs import CheckRunPublisher
from bot.adapters.github.commit_checks import list_status_checks
from bot.adapters.github.comparison import parse_changed_paths, parse_drift
from bot.adapters.github.parsing import (
    is_from_repository,
    parse_comment,
    parse_first_head,
    parse_newest_change,
    parse_pull,
    parse_snapshot,
)
from bot.adapters.github.purpose import Purpose
from bot.adapters.github.reviews import latest_reviews, parse_review
from bot.adapters.github.session import Session
from bot.adapters.github.transport import HttpRequest
from bot.domain.git_tree import FileChange, Snapshot
from bot.domain.github_models import CheckRun, Comment, CommitChecks, CommitRef, Drift, Head, PullRequest, Review
from bot.ports import BlobCache, NotFoundError, PermanentError

LIST_FILES = Purpose("list the files of the deployment repository", "contents=read")
READ_BRANCH = Purpose("read a branch of the deployment repository", "contents=read")
READ_TAGS = Purpose("read the tags of the deployment repository", "contents=read")
READ_HISTORY = Purpose("read the history of a file", "contents=read")
COMPARE = Purpose("compare the branch with the base branch", "contents=read")
WRITE_TREE = Purpose("write the changed files", "contents=write")
WRITE_COMMIT = Purpose("write the commit", "contents=write")
CREATE_BRANCH = Purpose("create the branch", "contents=write")
MOVE_BRANCH = Purpose("move the branch", "contents=write")
READ_PULL = Purpose("read the pull request", "pull_requests=read")
LIST_PULLS = Purpose("list the pull requests", "pull_requests=read")
OPEN_PULL = Purpose("open the pull request", "pull_requests=write")
EDIT_PULL = Purpose("edit the pull request", "pull_requests=write")
LABEL_PULL = Purpose("label the pull request", "pull_requests=write")
READ_REVIEWS = Purpose("read the reviews", "pull_requests=read")
READ_COMMENTS = Purpose("read the comments of the pull request", "pull_requests=read")
WRITE_COMMENT = Purpose("write a comment on the pull request", "pull_requests=write")
EDIT_COMMENT = Purpose("edit the comment on the pull request", "pull_requests=write")

TAGS_TTL = 60.0  # seconds

T = TypeVar("T")


class GitHubDeploymentRepository:
    """`repository` (`owner/name`); the base branch is its default branch. `cache` keeps the files' contents."""

    def __init__(self, session: Session, repository: str, cache: BlobCache) -> None:
        self._session = session
        self._name = repository
        self._client = session.repository(repository)
        self._blobs = BlobReader(self._client, cache)
        self._check_runs = CheckRunPublisher(session, self._client)
        self._base = BaseBranch(self._client)
        self._tags: tuple[float, frozenset[str]] | None = None

    @property
    def base_branch(self) -> str:
        """The default branch, looked up once."""
        return self._base.name

    def snapshot(self) -> Snapshot:
        return self._tree(quote(self.base_branch))

    def _tree(self, name: str) -> Snapshot:
        found = self._client.get(f"/git/trees/{name}", LIST_FILES, parse_snapshot, recursive=1)
        if found is None:
            raise PermanentError(
                "Could not list the files of the deployment repository: it has more than GitHub lists in one answer."
            )
        return found

    def snapshot_at(self, commit: str) -> Snapshot:
        return self._tree(commit)

    def module_tags(self) -> frozenset[str]:
        now = self._session.clock()
        if self._tags is None or self._tags[0] <= now:
            found = self._client.list_all("/git/matching-refs/tags/mi-module-v", READ_TAGS, _tag)
            self._tags = (now + TAGS_TTL, frozenset(found))
        return self._tags[1]

    def last_change(self, path: str) -> CommitRef | None:
        query = {"path": path, "sha": self.base_branch, "per_page": 1}
        return self._client.send(HttpRequest("GET", "/commits", READ_HISTORY, query), parse_newest_change)

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        return self._blobs.contents(shas)

    def head(self) -> Head:
        return self._head(self.base_branch)

    def branch_head(self, branch: str) -> Head | None:
        try:
            return self._head(branch)
        except NotFoundError:
            return None

    def _head(self, branch: str) -> Head:
        # Not `branches/…`: some servers leave the tree out of that answer, and it follows renamed branches.
        return self._client.get("/commits", READ_BRANCH, parse_first_head, sha=branch, per_page=1)

    def changed_paths(self, branch: str) -> frozenset[str] | None:
        return self._compare(branch, parse_changed_paths)

    def drift(self, branch: str) -> Drift:
        return self._compare(branch, parse_drift)

    def _compare(self, branch: str, parse: Callable[[Any, str], T]) -> T:
        me = self._session.bot_login
        path = f"/compare/{quote(self.base_branch)}...{quote(branch)}"
        return self._client.get(path, COMPARE, lambda data: parse(data, me))

    def pulls_from_branch(self, branch: str) -> Sequence[PullRequest]:
        owner = self._name.split("/")[0]
        query = {"head": f"{owner}:{branch}", "state": "all", "sort": "created", "direction": "desc"}
        return [found for found in self._pulls(**query) if found.branch == branch]

    def open_pulls(self) -> Sequence[PullRequest]:
        return self._pulls(state="open")

    def pull(self, number: int) -> PullRequest:
        return self._client.get(f"/pulls/{number}", READ_PULL, parse_pull)

    def _pulls(self, **query: str) -> list[PullRequest]:
        def own(data: Any) -> PullRequest | None:
            return parse_pull(data) if is_from_repository(self._name, data) else None

        found = self._client.list_all("/pulls", LIST_PULLS, own, **query)
        return [one for one in found if one is not None]

    def commit(self, base: Head, changes: Iterable[FileChange], message: str) -> str:
        new_tree = {"base_tree": base.tree, "tree": [_entry(change) for change in changes]}
        tree = self._client.post("/git/trees", WRITE_TREE, new_tree, _sha)
        if tree == base.tree:
            raise PermanentError("Could not write the commit: there is nothing to change.")
        new_commit = {"message": message, "tree": tree, "parents": [base.commit]}
        return self._client.post("/git/commits", WRITE_COMMIT, new_commit, _sha)

    def create_branch(self, branch: str, commit: str) -> None:
        self._client.post("/git/refs", CREATE_BRANCH, {"ref": f"refs/heads/{branch}", "sha": commit})

    def move_branch(self, branch: str, commit: str) -> None:
        self._client.patch(f"/git/refs/heads/{quote(branch)}", MOVE_BRANCH, {"sha": commit, "force": True})

    def create_pull(self, branch: str, title: str, body: str) -> PullRequest:
        new = {"title": title, "head": branch, "base": self.base_branch, "body": body}
        return self._client.post("/pulls", OPEN_PULL, new, parse_pull)

    def edit_pull(self, number: int, body: str) -> None:
        self._client.patch(f"/pulls/{number}", EDIT_PULL, {"body": body})

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        names = sorted(labels)
        if names:
            self._client.post(f"/issues/{number}/labels", LABEL_PULL, {"labels": names})

    def reviews(self, number: int) -> Sequence[Review]:
        return latest_reviews(self._client.list_all(f"/pulls/{number}/reviews", READ_REVIEWS, parse_review))

    def checks(self, commit: str) -> CommitChecks:
        return summarize(list_status_checks(self._client, commit), self._session.app_slug)

    def pull_comments(self, number: int) -> Sequence[Comment]:
        # Oldest first is GitHub's order of these; one that appears while we turn the pages comes last.
        found = self._client.list_all(f"/issues/{number}/comments", READ_COMMENTS, parse_comment)
        return sorted({item.id: item for item in found}.values(), key=lambda item: (item.created_at, item.id))

    def comment_on_pull(self, number: int, body: str) -> Comment:
        return self._client.post(f"/issues/{number}/comments", WRITE_COMMENT, {"body": body}, parse_comment)

    def edit_pull_comment(self, comment: int, body: str) -> None:
        self._client.patch(f"/issues/comments/{comment}", EDIT_COMMENT, {"body": body})

    def publish_check_run(self, commit: str, report: CheckRun) -> None:
        self._check_runs.publish(commit, report)


def _entry(change: FileChange) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": change.path, "mode": change.mode, "type": "blob"}
    return entry | ({"sha": None} if change.content is None else {"content": change.content})


def _sha(data: Any) -> str:
    return str(data["sha"])


def _tag(data: Any) -> str:
    return str(data["ref"]).removeprefix("refs/tags/")
