"""Pull requests: found if they are there, made if not, in at most five writing requests; rebuilt on a base branch
that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.github_models import Drift, PullRequest
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.plans.ticks import keep_ticks
from bot.domain.upgrade.reasons.pull_requests import BranchTaken, PullRequestNotShown
from bot.formats.markdown import Markdown
from bot.ports.branches import Branches
from bot.ports.errors import ConflictError, NotFoundError, PermanentError, TransientError
from bot.ports.pull_requests import PullRequestEditor
from bot.services.creator import Creator

BodyRenderer = Callable[[PullRequestSpec], Markdown]
"""Writes what the pull request says."""


class PullRequestWriter:
    """Makes and rebuilds the pull requests of change sets. `body` writes what they say."""

    def __init__(self, branches: Branches, pulls: PullRequestEditor, body: BodyRenderer, creator: Creator) -> None:
        self._branches = branches
        self._creator = creator
        self._pulls = pulls
        self._body = body

    def find(self, branch: str) -> Sequence[PullRequest]:
        """The pull requests from that branch into the base branch, in any state, newest first.

        One into another branch is somebody else's.
        """
        return [pull for pull in self._pulls.pulls_from_branch(branch) if pull.into_base]

    def create(self, order: PullRequestSpec) -> tuple[PullRequest, str]:
        """The pull request, with its labels, and the commit on its branch.

        Raises Refused when GitHub refuses or the branch holds other people's commits, Passing when trying again may
        help.
        """
        change = order.change
        made: list[PullRequest] = []

        def create() -> int:
            try:
                made.append(self._pulls.create_pull(change.branch, change.title, self._render_body(order)))
            except ConflictError as error:
                raise TransientError(PullRequestNotShown()) from error  # there is one, and the list shows it later
            return made[0].number

        commit = ""

        def prepare() -> None:
            nonlocal commit
            commit = self._prepare_branch(order)

        key = f"pull request {change.branch}"
        done = self._creator.ensure(key, lambda: self._find_open(change), create, self._closed(key), prepare)
        pull = made[0] if done.new else self._pulls.pull(done.number)
        self.label(pull, change)
        return pull, commit if done.new else pull.head

    def _prepare_branch(self, order: PullRequestSpec) -> str:
        """Put the change set on its branch; returns the commit."""
        commit = self._commit(order)
        try:
            self._branches.create_branch(order.change.branch, commit)
        except ConflictError:
            self._take_over_branch(order.change, commit)
        return commit

    def _closed(self, key: str) -> int | None:
        """The pull request that was created before under that key, if it is not open or leads elsewhere by now."""
        number = self._creator.known(key)
        if number is None:
            return None
        try:
            pull = self._pulls.pull(number)
        except NotFoundError:
            return number
        return None if pull.open and pull.into_base else number

    def label(self, pull: PullRequest, change: ChangeSet) -> None:
        """See that an open pull request bears its labels."""
        missing = set(change.labels) - pull.labels
        if pull.open and missing:
            self._pulls.label_pull(pull.number, change.labels)

    def rebuild(self, order: PullRequestSpec, number: int, *, same: bool = True) -> str:
        """Put the change set on the base branch as it is now, in place of what is on the branch; the new commit.

        The caller has seen that the branch holds nobody else's commits. While the change stays the `same`, people's
        ticks stay; they prove nothing about another one. Raises as `create` does.
        """
        commit = self._commit(order)
        self._branches.move_branch(order.change.branch, commit)
        body = self._render_body(order)
        self._pulls.edit_pull(number, keep_ticks(body, self._pulls.pull(number).body) if same else body)
        return commit

    def drift(self, branch: str) -> Drift:
        """How the branch stands to the base branch."""
        return self._branches.drift(branch)

    def _commit(self, order: PullRequestSpec) -> str:
        message = f"{order.change.title}\n\nTracker: {order.tracker}\n"
        return self._branches.commit(order.base_head, order.change.changes, message)

    def _render_body(self, order: PullRequestSpec) -> Markdown:
        return self._body(order)

    def _take_over_branch(self, change: ChangeSet, commit: str) -> None:
        """A branch without a pull request is a beginning of ours that was cut short, unless people wrote to it."""
        try:
            changed = self._branches.changed_paths(change.branch)
        except NotFoundError:  # it has no history in common with the base branch
            changed = None
        if changed is None or not changed <= change.paths:
            raise PermanentError(BranchTaken())
        self._branches.move_branch(change.branch, commit)

    def _find_open(self, change: ChangeSet) -> int | None:
        return next((pull.number for pull in self.find(change.branch) if pull.open), None)
