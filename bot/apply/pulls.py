"""The pull request of an upgrade: found if it is there, made if not, in at most five writing requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.app import released_for
from bot.domain.changeset import UPGRADE_LABEL, ChangeSet, Refusal, plan_upgrade
from bot.domain.facts import Head, Pull
from bot.domain.model import Fleet
from bot.domain.upgrade import Stage, Upgrade, opened
from bot.domain.versions import Version
from bot.fleets import Fleets
from bot.ports import Conflict, Deployment, Ledger, Missing, Refused, Upstream

PullBody = Callable[[ChangeSet, str, str], str]


class PullOpener:
    """Opens upgrade pull requests. `body` writes one from the change set, the tracker's URL and who asked."""

    def __init__(
        self, deployment: Deployment, ledger: Ledger, fleets: Fleets, upstream: Upstream, body: PullBody
    ) -> None:
        self._deployment = deployment
        self._ledger = ledger
        self._fleets = fleets
        self._upstream = upstream
        self._body = body

    def open(self, upgrade: Upgrade) -> Upgrade:
        """The upgrade with its pull request, or failed with the reason why there can't be one.

        Raises Refused when GitHub refuses, Passing when trying again may help.
        """
        head = self._deployment.head()
        fleet = self._fleets.at(head.tree)
        instance = fleet.get(upgrade.slug)
        if instance is None:
            raise Refused("the instance can't be read from the deployment repository any more; see the tracker's end")
        pulls = self._deployment.pulls_of(upgrade.branch)
        found = next((pull for pull in pulls if pull.open), None)
        arrived = instance.version == upgrade.version
        found = found or next((pull for pull in pulls if pull.merged and arrived), None)
        if found is None:
            planned = plan_upgrade(instance, upgrade.version, fleet, self._released(upgrade, fleet))
            if isinstance(planned, Refusal):
                return replace(upgrade, stage=Stage.FAILED, reason=planned.sentence.rstrip("."))
            found = self._make(planned, head, upgrade)
        if found.open and UPGRADE_LABEL not in found.labels:
            self._deployment.label_pull(found.number, [UPGRADE_LABEL])
        from_version = upgrade.from_version or (None if arrived else instance.version)
        return opened(upgrade, found, from_version)

    def _released(self, upgrade: Upgrade, fleet: Fleet) -> frozenset[Version]:
        return released_for({upgrade.version}, fleet, self._upstream)

    def _make(self, planned: ChangeSet, head: Head, upgrade: Upgrade) -> Pull:
        tracker = self._ledger.tracker(upgrade.version)
        if tracker is None:
            raise Refused("its version has no tracker; label the release issue first")
        commit = self._deployment.commit(head, planned.changes, f"{planned.title}\n\nTracker: {tracker.url}\n")
        try:
            self._deployment.create_branch(planned.branch, commit)
        except Conflict:
            self._take_over(planned, commit)
        body = self._body(planned, tracker.url, upgrade.asked_by)
        try:
            return self._deployment.create_pull(planned.branch, planned.title, body)
        except Conflict:
            return self._found_after_all(planned)

    def _take_over(self, planned: ChangeSet, commit: str) -> None:
        """A branch without a pull request is a beginning of ours that was cut short, unless people wrote to it."""
        try:
            changed = self._deployment.changed_paths(planned.branch)
        except Missing:  # it has no history in common with the base branch
            changed = None
        if changed is None or not changed <= planned.paths:
            raise Refused(
                "its branch exists in the deployment repository and holds other people's commits; "
                "delete that branch or open its pull request by hand, then ask again"
            )
        self._deployment.move_branch(planned.branch, commit)

    def _found_after_all(self, planned: ChangeSet) -> Pull:
        for pull in self._deployment.pulls_of(planned.branch):
            if pull.open:
                return pull
        raise Refused("GitHub says that its pull request exists, but shows none; ask again")
