"""Plans change sets from the deployment repository as it is: fetches what plans need, and asks the pure planners."""

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
    """Plans. `accepted` gives the versions whose images an operator accepted as they are."""

    def __init__(self, source: FleetSource, upstream: Upstream, accepted: Callable[[], frozenset[Version]]) -> None:
        self._source = source
        self._upstream = upstream
        self._accepted = accepted

    def upgrade(self, seen: FleetView, instance: Instance, target: Version) -> ChangeSet | Refusal:
        """What takes an instance to `target`, or why nothing does. Raises WorldError."""
        contents = self._source.contents(blobs_for_upgrade(seen.snapshot, instance, target))
        return plan_upgrade(instance, target, Checkout(seen.snapshot, contents), self._plan_context(seen, target))

    def preparation(self, seen: FleetView, version: Version) -> PreparationPreview:
        """What prepares a version. Raises WorldError."""
        return self._preparation(seen, version)[0]

    def compare_golden(self, seen: FleetView, old: Version, new: Version) -> compose.Difference | None:
        """How two golden files differ that are there. Raises WorldError."""
        wanted = blob_shas(seen.snapshot, [old.golden_path, new.golden_path])
        return _difference(Checkout(seen.snapshot, self._source.contents(wanted)), old, new)

    def rollback(self, seen: FleetView, instance: Instance, history: FileHistory) -> ChangeSet | Refusal:
        """What undoes an instance's last upgrade, or why nothing does. Raises WorldError."""
        past = _link_history(instance, history)
        wanted = blobs_for_rollback(seen.snapshot, instance, past) if past else set()
        checkout = Checkout(seen.snapshot, self._source.contents(wanted))
        return plan_rollback(instance, past, checkout, self._plan_context(seen, instance.version))

    def previous_version(self, instance: Instance, history: FileHistory) -> Version | None:
        """What an instance ran before its link was changed last; None where Git does not tell. Raises WorldError."""
        past = _link_history(instance, history)
        if past is None:
            return None
        links = [one.files.get(instance.link_path) for one in (past.before, past.after)]
        contents = self._source.contents({entry.sha for entry in links if entry})
        return previous_version(instance, past, Checkout(past.after, contents))

    def not_ready_reason(self, seen: FleetView, version: Version) -> Reason | None:
        """Why nothing can be upgraded to a version that has a golden file, or None."""
        if version in self._accepted():
            return None
        wanted = blob_shas(seen.snapshot, [version.golden_path])
        checkout = Checkout(seen.snapshot, self._source.contents(wanted))
        try:
            stray = mistagged_images(checkout.text(version.golden_path), version)
        except PlanningError as error:
            return error.reason
        except compose.ComposeError as error:
            return compose_reason(error)
        return VersionHeld(version, stray) if stray else None

    def preview(self, seen: FleetView, instance: Instance, target: Version) -> UpgradePreview:
        """What an upgrade would do, its preparation included. Raises WorldError."""
        plan = self.upgrade(seen, instance, target)
        if isinstance(plan, ChangeSet):
            return UpgradePreview(
                plan, None, self.compare_golden(seen, instance.version, target), self.current_texts(seen, plan)
            )
        if not plan.needs_preparation:
            return UpgradePreview(plan)
        prepared, checkout = self._preparation(seen, target)
        if isinstance(prepared.plan, Refusal):
            return UpgradePreview(plan, prepared)
        needed = self._source.contents(blobs_for_upgrade(seen.snapshot, instance, target))
        after = with_changes(Checkout(seen.snapshot, {**checkout.contents, **needed}), prepared.plan.changes)
        known = self._plan_context(seen, target)
        planned = plan_upgrade(instance, target, after, replace(known, accepted=known.accepted | {target}))
        texts = self.current_texts(seen, planned) if isinstance(planned, ChangeSet) else {}
        return UpgradePreview(planned, prepared, _difference(after, instance.version, target), texts)

    def current_texts(self, seen: FleetView, plan: ChangeSet) -> dict[str, str]:
        """What the files that a change set changes say now; what is not there yet is left out. Raises WorldError."""
        entries = {path: entry.sha for path in plan.paths if (entry := seen.snapshot.files.get(path))}
        contents = self._source.contents(set(entries.values()))
        return {path: contents[sha].decode(errors="replace") for path, sha in entries.items()}

    def _preparation(self, seen: FleetView, version: Version) -> tuple[PreparationPreview, Checkout]:
        checkout = Checkout(seen.snapshot, self._source.contents(blobs_for_preparation(seen.snapshot, version)))
        upstream = ""
        if version not in golden_versions(seen.snapshot):
            try:
                upstream = decode_text(self._upstream.compose_file(version), UPSTREAM_FILE)
            except NotFoundError as error:
                return PreparationPreview(Refusal(error.reason)), checkout
            except PlanningError as error:
                return PreparationPreview(Refusal(error.reason)), checkout
        plan = plan_preparation(version, upstream, checkout)
        earlier = previous_golden_version(seen.snapshot, version)
        if isinstance(plan, Refusal) or earlier is None:
            return PreparationPreview(plan), checkout
        return PreparationPreview(
            plan, earlier, _difference(with_changes(checkout, plan.changes), earlier, version)
        ), checkout

    def _plan_context(self, seen: FleetView, version: Version) -> PlanContext:
        released = released_for({version}, seen.fleet, self._upstream)
        return PlanContext(released, self._source.module_tags(), self._accepted())


def _link_history(instance: Instance, history: FileHistory) -> LinkHistory | None:
    """The last change of an instance's link, with the files before and after it."""
    change = history.last_change(instance.link_path)
    if change is None or change.parent is None:
        return None
    return LinkHistory(change.commit, history.snapshot_at(change.parent), history.snapshot_at(change.commit))


def _difference(checkout: Checkout, old: Version, new: Version) -> compose.Difference | None:
    """What differs between two golden files; None where one can't be read."""
    try:
        return compose.difference(checkout.text(old.golden_path), checkout.text(new.golden_path))
    except (PlanningError, compose.ComposeError):
        return None
