"""Branches and pull requests of the deployment repository: the port `Deployment` on GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.github.base_branch import BaseBranch
from bot.adapters.github.blobs import Blobs
from bot.adapters.github.check_results import together
from bot.adapters.github.check_runs import Reports
from bot.adapters.github.commit_checks import signals_of
from bot.adapters.github.comparison import changed_paths, drift
from bot.adapters.github.parsing import comment as _comment
from bot.adapters.github.parsing import first_head, from_repository, newest_change, pull, snapshot
from bot.adapters.github.purpose import Purpose
from bot.adapters.github.reviews import standing, submitted
from bot.adapters.github.session import Session
from bot.adapters.github.transport import Request
from bot.domain.fleet.model import FileChange, Snapshot
from bot.domain.github_models import Change, Comment, CommitChecks, Drift, Head, Pull, Report, Review
from bot.ports import BlobCache, Missing, Refused

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

KEEP_TAGS = 60.0  # seconds

T = TypeVar("T")


class GitHubDeployment:
    """`repository` (`owner/name`); the base branch is its default branch. `cache` keeps the files' contents."""

    def __init__(self, session: Session, repository: str, cache: BlobCache) -> None:
        self._session = session
        self._name = repository
        self._here = session.repository(repository)
        self._blobs = Blobs(self._here, cache)
        self._reports = Reports(session, self._here)
        self._base = BaseBranch(self._here)
        self._tags: tuple[float, frozenset[str]] | None = None

    @property
    def base_branch(self) -> str:
        """The default branch, looked up once."""
        return self._base.name

    def snapshot(self) -> Snapshot:
        return self._tree(quote(self.base_branch))

    def _tree(self, name: str) -> Snapshot:
        found = self._here.get(f"/git/trees/{name}", LIST_FILES, snapshot, recursive=1)
        if found is None:
            raise Refused(
                "Could not list the files of the deployment repository: it has more than GitHub lists in one answer."
            )
        return found

    def snapshot_at(self, commit: str) -> Snapshot:
        return self._tree(commit)

    def module_tags(self) -> frozenset[str]:
        now = self._session.clock()
        if self._tags is None or self._tags[0] <= now:
            found = self._here.all("/git/matching-refs/tags/mi-module-v", READ_TAGS, _tag)
            self._tags = (now + KEEP_TAGS, frozenset(found))
        return self._tags[1]

    def last_change(self, path: str) -> Change | None:
        query = {"path": path, "sha": self.base_branch, "per_page": 1}
        return self._here.ask(Request("GET", "/commits", READ_HISTORY, query), newest_change)

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        return self._blobs.contents(shas)

    def head(self) -> Head:
        return self._head(self.base_branch)

    def branch_head(self, branch: str) -> Head | None:
        try:
            return self._head(branch)
        except Missing:
            return None

    def _head(self, branch: str) -> Head:
        # Not `branches/…`: some servers leave the tree out of that answer, and it follows renamed branches.
        return self._here.get("/commits", READ_BRANCH, first_head, sha=branch, per_page=1)

    def changed_paths(self, branch: str) -> frozenset[str] | None:
        return self._compared(branch, changed_paths)

    def drift(self, branch: str) -> Drift:
        return self._compared(branch, drift)

    def _compared(self, branch: str, parse: Callable[[Any, str], T]) -> T:
        me = self._session.me
        path = f"/compare/{quote(self.base_branch)}...{quote(branch)}"
        return self._here.get(path, COMPARE, lambda data: parse(data, me))

    def pulls_of(self, branch: str) -> Sequence[Pull]:
        owner = self._name.split("/")[0]
        query = {"head": f"{owner}:{branch}", "state": "all", "sort": "created", "direction": "desc"}
        return [found for found in self._pulls(**query) if found.branch == branch]

    def open_pulls(self) -> Sequence[Pull]:
        return self._pulls(state="open")

    def pull(self, number: int) -> Pull:
        return self._here.get(f"/pulls/{number}", READ_PULL, pull)

    def _pulls(self, **query: str) -> list[Pull]:
        def own(data: Any) -> Pull | None:
            return pull(data) if from_repository(self._name, data) else None

        found = self._here.all("/pulls", LIST_PULLS, own, **query)
        return [one for one in found if one is not None]

    def commit(self, base: Head, changes: Iterable[FileChange], message: str) -> str:
        new_tree = {"base_tree": base.tree, "tree": [_entry(change) for change in changes]}
        tree = self._here.post("/git/trees", WRITE_TREE, new_tree, _sha)
        if tree == base.tree:
            raise Refused("Could not write the commit: there is nothing to change.")
        new_commit = {"message": message, "tree": tree, "parents": [base.commit]}
        return self._here.post("/git/commits", WRITE_COMMIT, new_commit, _sha)

    def create_branch(self, branch: str, commit: str) -> None:
        self._here.post("/git/refs", CREATE_BRANCH, {"ref": f"refs/heads/{branch}", "sha": commit})

    def move_branch(self, branch: str, commit: str) -> None:
        self._here.patch(f"/git/refs/heads/{quote(branch)}", MOVE_BRANCH, {"sha": commit, "force": True})

    def create_pull(self, branch: str, title: str, body: str) -> Pull:
        new = {"title": title, "head": branch, "base": self.base_branch, "body": body}
        return self._here.post("/pulls", OPEN_PULL, new, pull)

    def edit_pull(self, number: int, body: str) -> None:
        self._here.patch(f"/pulls/{number}", EDIT_PULL, {"body": body})

    def label_pull(self, number: int, labels: Iterable[str]) -> None:
        names = sorted(labels)
        if names:
            self._here.post(f"/issues/{number}/labels", LABEL_PULL, {"labels": names})

    def reviews(self, number: int) -> Sequence[Review]:
        return standing(self._here.all(f"/pulls/{number}/reviews", READ_REVIEWS, submitted))

    def checks(self, commit: str) -> CommitChecks:
        return together(signals_of(self._here, commit), self._session.app_slug)

    def pull_comments(self, number: int) -> Sequence[Comment]:
        # Oldest first is GitHub's order of these; one that appears while we turn the pages comes last.
        found = self._here.all(f"/issues/{number}/comments", READ_COMMENTS, _comment)
        return sorted({item.id: item for item in found}.values(), key=lambda item: (item.created_at, item.id))

    def comment_on_pull(self, number: int, body: str) -> Comment:
        return self._here.post(f"/issues/{number}/comments", WRITE_COMMENT, {"body": body}, _comment)

    def edit_pull_comment(self, comment: int, body: str) -> None:
        self._here.patch(f"/issues/comments/{comment}", EDIT_COMMENT, {"body": body})

    def report(self, commit: str, report: Report) -> None:
        self._reports.put(commit, report)


def _entry(change: FileChange) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": change.path, "mode": change.mode, "type": "blob"}
    return entry | ({"sha": None} if change.content is None else {"content": change.content})


def _sha(data: Any) -> str:
    return str(data["sha"])


def _tag(data: Any) -> str:
    return str(data["ref"]).removeprefix("refs/tags/")
