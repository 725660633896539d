"""Plans change sets of the deployment repository as it is: fetches what they need, and calls the pure planners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.domain.fleet.inventory import golden_versions
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.checkout import Checkout, blob_shas, decode_text, with_changes
from bot.domain.plans.mistagged_images import mistagged_images
from bot.domain.plans.preparation import (
    UPSTREAM_FILE,
    blobs_for_preparation,
    plan_preparation,
    previous_golden_version,
)
from bot.domain.plans.preparation_policy import executors_users
from bot.domain.plans.preview import PreparationPreview, UpgradePreview
from bot.domain.plans.reasons.file_problems import PlanningError, compose_reason
from bot.domain.plans.reasons.refusals import VersionHeld
from bot.domain.plans.rollback import LinkHistory, blobs_for_rollback, plan_rollback, previous_version
from bot.domain.plans.upgrade import PlanContext, blobs_for_upgrade, plan_upgrade
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats import compose
from bot.ports.errors import NotFoundError
from bot.ports.files import FileHistory, FleetSource
from bot.ports.upstream import Upstream
from bot.services.fleet_reader import FleetView
from bot.services.releases import released_for


class Planner:
    """Plans change sets. `accepted` returns the versions whose images an operator accepted as they are.

    All methods raise ExternalError.
    """

    def __init__(self, source: FleetSource, upstream: Upstream, accepted: Callable[[], frozenset[Version]]) -> None:
        self._source = source
        self._upstream = upstream
        self._accepted = accepted

    def upgrade(self, view: FleetView, instance: Instance, target: Version) -> ChangeSet | Refusal:
        """The plan that takes an instance to `target`."""
        contents = self._source.contents(blobs_for_upgrade(view.snapshot, instance, target))
        return plan_upgrade(instance, target, Checkout(view.snapshot, contents), self._plan_context(view, target))

    def preparation(self, view: FleetView, version: Version) -> PreparationPreview:
        """The plan that prepares a version."""
        return self._preparation(view, version)[0]

    def compare_golden(self, view: FleetView, old: Version, new: Version) -> compose.Difference | None:
        """How two golden files differ, or None if one of them cannot be read."""
        wanted = blob_shas(view.snapshot, [old.golden_path, new.golden_path])
        return _difference(Checkout(view.snapshot, self._source.contents(wanted)), old, new)

    def rollback(self, view: FleetView, instance: Instance, history: FileHistory) -> ChangeSet | Refusal:
        """The plan that undoes an instance's last upgrade."""
        link_history = _link_history(instance, history)
        wanted = blobs_for_rollback(view.snapshot, instance, link_history) if link_history else set()
        checkout = Checkout(view.snapshot, self._source.contents(wanted))
        return plan_rollback(instance, link_history, checkout, self._plan_context(view, instance.version))

    def previous_version(self, instance: Instance, history: FileHistory) -> Version | None:
        """The version that an instance ran before the last change of its link, or None if Git does not tell."""
        link_history = _link_history(instance, history)
        if link_history is None:
            return None
        links = [one.files.get(instance.link_path) for one in (link_history.before, link_history.after)]
        contents = self._source.contents({entry.sha for entry in links if entry})
        return previous_version(instance, link_history, Checkout(link_history.after, contents))

    def not_ready_reason(self, view: FleetView, version: Version) -> Reason | None:
        """Why no instance can be upgraded to a version that has a golden file, or None."""
        if version in self._accepted():
            return None
        wanted = blob_shas(view.snapshot, [version.golden_path])
        checkout = Checkout(view.snapshot, self._source.contents(wanted))
        try:
            mistagged = mistagged_images(checkout.text(version.golden_path), version)
        except PlanningError as error:
            return error.reason
        except compose.ComposeError as error:
            return compose_reason(error)
        return VersionHeld(version, mistagged) if mistagged else None

    def preview(self, view: FleetView, instance: Instance, target: Version) -> UpgradePreview:
        """What an upgrade would do, with the preparation that it needs."""
        plan = self.upgrade(view, instance, target)
        if isinstance(plan, ChangeSet):
            return UpgradePreview(
                plan, None, self.compare_golden(view, instance.version, target), self.current_texts(view, plan)
            )
        if not plan.needs_preparation:
            return UpgradePreview(plan)
        prepared, checkout = self._preparation(view, target)
        if isinstance(prepared.plan, Refusal):
            return UpgradePreview(plan, prepared)
        needed = self._source.contents(blobs_for_upgrade(view.snapshot, instance, target))
        after = with_changes(Checkout(view.snapshot, {**checkout.contents, **needed}), prepared.plan.changes)
        context = self._plan_context(view, target)
        planned = plan_upgrade(instance, target, after, replace(context, accepted=context.accepted | {target}))
        texts = self.current_texts(view, planned) if isinstance(planned, ChangeSet) else {}
        return UpgradePreview(planned, prepared, _difference(after, instance.version, target), texts)

    def current_texts(self, view: FleetView, plan: ChangeSet) -> dict[str, str]:
        """The current contents of the files that a change set changes, without files that do not exist yet."""
        entries = {path: entry.sha for path in plan.paths if (entry := view.snapshot.files.get(path))}
        contents = self._source.contents(set(entries.values()))
        return {path: contents[sha].decode(errors="replace") for path, sha in entries.items()}

    def _preparation(self, view: FleetView, version: Version) -> tuple[PreparationPreview, Checkout]:
        checkout = Checkout(view.snapshot, self._source.contents(blobs_for_preparation(view.snapshot, version)))
        upstream = ""
        if version not in golden_versions(view.snapshot):
            try:
                upstream = decode_text(self._upstream.compose_file(version), UPSTREAM_FILE)
            except NotFoundError as error:
                return PreparationPreview(Refusal(error.reason)), checkout
            except PlanningError as error:
                return PreparationPreview(Refusal(error.reason)), checkout
        plan = plan_preparation(version, upstream, checkout, executors_users(view.fleet))
        earlier = previous_golden_version(view.snapshot, version)
        if isinstance(plan, Refusal) or earlier is None:
            return PreparationPreview(plan), checkout
        return PreparationPreview(
            plan, earlier, _difference(with_changes(checkout, plan.changes), earlier, version)
        ), checkout

    def _plan_context(self, view: FleetView, version: Version) -> PlanContext:
        released = released_for({version}, view.fleet, self._upstream)
        return PlanContext(released, self._source.module_tags(), self._accepted())


def _link_history(instance: Instance, history: FileHistory) -> LinkHistory | None:
    """The last change of an instance's link, with the snapshots before and after it."""
    change = history.last_change(instance.link_path)
    if change is None or change.parent is None:
        return None
    return LinkHistory(change.commit, history.snapshot_at(change.parent), history.snapshot_at(change.commit))


def _difference(checkout: Checkout, old: Version, new: Version) -> compose.Difference | None:
    """How two golden files differ, or None if one of them cannot be read."""
    try:
        return compose.difference(checkout.text(old.golden_path), checkout.text(new.golden_path))
    except (PlanningError, compose.ComposeError):
        return None
