"""Pull requests: found if they are there, made if not, in at most five writing requests; rebuilt on a base branch
that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.github_models import Drift, PullRequest
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.upgrade.reasons.pull_requests import BranchTaken, PullRequestNotShown
from bot.formats.markdown import Markdown
from bot.ports.branches import Branches
from bot.ports.errors import ConflictError, NotFoundError, PermanentError
from bot.ports.pull_requests import PullRequestEditor

BodyRenderer = Callable[[PullRequestSpec], Markdown]
"""Writes what the pull request says."""


class PullRequestWriter:
    """Makes and rebuilds the pull requests of change sets. `body` writes what they say."""

    def __init__(self, branches: Branches, pulls: PullRequestEditor, body: BodyRenderer) -> None:
        self._branches = branches
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
        commit = self._commit(order)
        try:
            self._branches.create_branch(change.branch, commit)
        except ConflictError:
            self._take_over_branch(change, commit)
        body = self._render_body(order)
        try:
            pull = self._pulls.create_pull(change.branch, change.title, body)
        except ConflictError:
            pull = self._find_existing(change)
        self.label(pull, change)
        return pull, commit

    def label(self, pull: PullRequest, change: ChangeSet) -> None:
        """See that an open pull request bears its labels."""
        missing = set(change.labels) - pull.labels
        if pull.open and missing:
            self._pulls.label_pull(pull.number, change.labels)

    def rebuild(self, order: PullRequestSpec, number: int) -> str:
        """Put the change set on the base branch as it is now, in place of what is on the branch; the new commit.

        The caller has seen that the branch holds nobody else's commits. Raises as `make` does.
        """
        commit = self._commit(order)
        self._branches.move_branch(order.change.branch, commit)
        self._pulls.edit_pull(number, self._render_body(order))
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

    def _find_existing(self, change: ChangeSet) -> PullRequest:
        for pull in self.find(change.branch):
            if pull.open:
                return pull
        raise PermanentError(PullRequestNotShown())
