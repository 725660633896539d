"""Pull requests: found if they are there, made if not, in at most five writing requests; rebuilt on a base branch
that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain.github_models import Drift, Pull
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.pull_request_spec import Order
from bot.formats.markdown import Markdown
from bot.ports import Conflict, Deployment, Missing, Refused

PullBody = Callable[[Order], Markdown]
"""Writes what the pull request says."""


class PullMaker:
    """Makes and rebuilds the pull requests of change sets. `body` writes what they say."""

    def __init__(self, deployment: Deployment, body: PullBody) -> None:
        self._deployment = deployment
        self._body = body

    def find(self, branch: str) -> Sequence[Pull]:
        """The pull requests from that branch, in any state, newest first."""
        return self._deployment.pulls_of(branch)

    def make(self, order: Order) -> tuple[Pull, str]:
        """The pull request, with its labels, and the commit on its branch.

        Raises Refused when GitHub refuses or the branch holds other people's commits, Passing when trying again may
        help.
        """
        change = order.change
        commit = self._commit(order)
        try:
            self._deployment.create_branch(change.branch, commit)
        except Conflict:
            self._take_over(change, commit)
        body = self._body_of(order)
        try:
            pull = self._deployment.create_pull(change.branch, change.title, body)
        except Conflict:
            pull = self._found_after_all(change)
        self.label(pull, change)
        return pull, commit

    def label(self, pull: Pull, change: ChangeSet) -> None:
        """See that an open pull request bears its labels."""
        missing = set(change.labels) - pull.labels
        if pull.open and missing:
            self._deployment.label_pull(pull.number, change.labels)

    def rebuild(self, order: Order, number: int) -> str:
        """Put the change set on the base branch as it is now, in place of what is on the branch; the new commit.

        The caller has seen that the branch holds nobody else's commits. Raises as `make` does.
        """
        commit = self._commit(order)
        self._deployment.move_branch(order.change.branch, commit)
        self._deployment.edit_pull(number, self._body_of(order))
        return commit

    def drift(self, branch: str) -> Drift:
        """How the branch stands to the base branch."""
        return self._deployment.drift(branch)

    def _commit(self, order: Order) -> str:
        message = f"{order.change.title}\n\nTracker: {order.tracker}\n"
        return self._deployment.commit(order.head, order.change.changes, message)

    def _body_of(self, order: Order) -> Markdown:
        return self._body(order)

    def _take_over(self, change: ChangeSet, commit: str) -> None:
        """A branch without a pull request is a beginning of ours that was cut short, unless people wrote to it."""
        try:
            changed = self._deployment.changed_paths(change.branch)
        except Missing:  # it has no history in common with the base branch
            changed = None
        if changed is None or not changed <= change.paths:
            raise Refused(
                "its branch exists in the deployment repository and holds other people's commits; "
                "delete that branch or open its pull request by hand, then ask again"
            )
        self._deployment.move_branch(change.branch, commit)

    def _found_after_all(self, change: ChangeSet) -> Pull:
        for pull in self._deployment.pulls_of(change.branch):
            if pull.open:
                return pull
        raise Refused("GitHub says that its pull request exists, but shows none; ask again")
