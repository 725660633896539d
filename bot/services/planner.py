"""Plans change sets from the deployment repository as it is: fetches what plans need, and asks the pure planners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.domain.fleet.inventory import golden_versions
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.checkout import CantPlan, Checkout, blobs, overlaid, text_of
from bot.domain.plans.mistagged_images import strays
from bot.domain.plans.preparation import UPSTREAM_FILE, earlier_golden, plan_preparation, wanted_by_preparation
from bot.domain.plans.preview import Prepared, Preview
from bot.domain.plans.rollback import Past, came_from, plan_rollback, wanted_by_rollback
from bot.domain.plans.upgrade import Known, held, plan_upgrade, wanted_by_upgrade
from bot.domain.versions import Version
from bot.formats.compose import edits as compose
from bot.ports import FleetSource, History, Missing, Upstream
from bot.services.commands import released_for
from bot.services.fleet_reader import Sighting


class Planner:
    """Plans. `accepted` gives the versions whose images an operator accepted as they are."""

    def __init__(self, source: FleetSource, upstream: Upstream, accepted: Callable[[], frozenset[Version]]) -> None:
        self._source = source
        self._upstream = upstream
        self._accepted = accepted

    def upgrade(self, seen: Sighting, instance: Instance, target: Version) -> ChangeSet | Refusal:
        """What takes an instance to `target`, or why nothing does. Raises WorldError."""
        contents = self._source.contents(wanted_by_upgrade(seen.snapshot, instance, target))
        return plan_upgrade(instance, target, Checkout(seen.snapshot, contents), self._known(seen, target))

    def preparation(self, seen: Sighting, version: Version) -> Prepared:
        """What prepares a version. Raises WorldError."""
        return self._preparation(seen, version)[0]

    def compared(self, seen: Sighting, old: Version, new: Version) -> compose.Difference | None:
        """How two golden files differ that are there. Raises WorldError."""
        wanted = blobs(seen.snapshot, [old.golden_path, new.golden_path])
        return _difference(Checkout(seen.snapshot, self._source.contents(wanted)), old, new)

    def rollback(self, seen: Sighting, instance: Instance, history: History) -> ChangeSet | Refusal:
        """What undoes an instance's last upgrade, or why nothing does. Raises WorldError."""
        past = _past(instance, history)
        wanted = wanted_by_rollback(seen.snapshot, instance, past) if past else set()
        checkout = Checkout(seen.snapshot, self._source.contents(wanted))
        return plan_rollback(instance, past, checkout, self._known(seen, instance.version))

    def came_from(self, instance: Instance, history: History) -> Version | None:
        """What an instance ran before its link was changed last; None where Git does not tell. Raises WorldError."""
        past = _past(instance, history)
        if past is None:
            return None
        links = [one.files.get(instance.link_path) for one in (past.before, past.after)]
        contents = self._source.contents({entry.sha for entry in links if entry})
        return came_from(instance, past, Checkout(past.after, contents))

    def unready(self, seen: Sighting, version: Version) -> str:
        """Why nothing can be upgraded to a version that has a golden file; nothing when all is well."""
        if version in self._accepted():
            return ""
        wanted = blobs(seen.snapshot, [version.golden_path])
        checkout = Checkout(seen.snapshot, self._source.contents(wanted))
        try:
            stray = strays(checkout.text(version.golden_path), version)
        except (CantPlan, compose.ComposeProblem) as error:
            return str(error).rstrip(".")
        return held(version, stray) if stray else ""

    def preview(self, seen: Sighting, instance: Instance, target: Version) -> Preview:
        """What an upgrade would do, its preparation included. Raises WorldError."""
        plan = self.upgrade(seen, instance, target)
        if isinstance(plan, ChangeSet):
            return Preview(plan, None, self.compared(seen, instance.version, target), self.texts(seen, plan))
        if not plan.unprepared:
            return Preview(plan)
        prepared, checkout = self._preparation(seen, target)
        if isinstance(prepared.plan, Refusal):
            return Preview(plan, prepared)
        needed = self._source.contents(wanted_by_upgrade(seen.snapshot, instance, target))
        after = overlaid(Checkout(seen.snapshot, {**checkout.contents, **needed}), prepared.plan.changes)
        known = self._known(seen, target)
        planned = plan_upgrade(instance, target, after, replace(known, accepted=known.accepted | {target}))
        texts = self.texts(seen, planned) if isinstance(planned, ChangeSet) else {}
        return Preview(planned, prepared, _difference(after, instance.version, target), texts)

    def texts(self, seen: Sighting, plan: ChangeSet) -> dict[str, str]:
        """What the files that a change set changes say now; what is not there yet is left out. Raises WorldError."""
        entries = {path: entry.sha for path in plan.paths if (entry := seen.snapshot.files.get(path))}
        contents = self._source.contents(set(entries.values()))
        return {path: contents[sha].decode(errors="replace") for path, sha in entries.items()}

    def _preparation(self, seen: Sighting, version: Version) -> tuple[Prepared, Checkout]:
        checkout = Checkout(seen.snapshot, self._source.contents(wanted_by_preparation(seen.snapshot, version)))
        upstream = ""
        if version not in golden_versions(seen.snapshot):
            try:
                upstream = text_of(self._upstream.compose_file(version), f"Upstream's {UPSTREAM_FILE}")
            except (Missing, CantPlan) as error:
                return Prepared(Refusal(f"{str(error).rstrip('.')}.")), checkout
        plan = plan_preparation(version, upstream, checkout)
        earlier = earlier_golden(seen.snapshot, version)
        if isinstance(plan, Refusal) or earlier is None:
            return Prepared(plan), checkout
        return Prepared(plan, earlier, _difference(overlaid(checkout, plan.changes), earlier, version)), checkout

    def _known(self, seen: Sighting, version: Version) -> Known:
        released = released_for({version}, seen.fleet, self._upstream)
        return Known(released, self._source.module_tags(), self._accepted())


def _past(instance: Instance, history: History) -> Past | None:
    """The last change of an instance's link, with the files before and after it."""
    change = history.last_change(instance.link_path)
    if change is None or change.parent is None:
        return None
    return Past(change.commit, history.snapshot_at(change.parent), history.snapshot_at(change.commit))


def _difference(checkout: Checkout, old: Version, new: Version) -> compose.Difference | None:
    """What differs between two golden files; None where one can't be read."""
    try:
        return compose.difference(checkout.text(old.golden_path), checkout.text(new.golden_path))
    except (CantPlan, compose.ComposeProblem):
        return None
