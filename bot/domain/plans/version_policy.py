"""Which version an instance may go to, and why not (domain.md, "Rules")."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import Refusal
from bot.domain.plans.reasons.refusals import CandidateRefused, LeftOut, UnknownVersion
from bot.domain.version_steps import evaluate_step
from bot.domain.versions import Version, nearest_version


def evaluate_policy(
    instance: Instance, target: Version, golden: Collection[Version], released: Collection[Version]
) -> Refusal | None:
    """Why policy refuses this upgrade, or None when it allows it.

    `golden` are the versions that have a golden file, `released` the versions known from upstream's tags. If no tag
    is known, no version is refused as unknown.
    """
    skip = instance.skip_reason
    if skip is not None:
        return Refusal(LeftOut(skip))
    known = {*golden, *released}
    if target != instance.version and released and target not in known:
        return Refusal(unknown_version(target, released))
    if target.is_candidate and instance.slug != FIRST_INSTANCE:
        newest = max((v for v in known if not v.is_candidate and v.series == instance.version.series), default=None)
        return Refusal(CandidateRefused(newest if newest and newest > instance.version else None))
    decision = evaluate_step(instance.version, target, known)
    return None if decision else Refusal(decision.reason)


def unknown_version(target: Version, released: Collection[Version]) -> UnknownVersion:
    """The reason that upstream has no such version, with the version that may be meant."""
    return UnknownVersion(target, nearest_version(target, released))
