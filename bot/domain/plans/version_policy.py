"""Which version an instance may go to, and why not (domain.md, "Rules")."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.fleet.config_file import CONFIG_FILE
from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Instance
from bot.domain.plans.change_set import Refusal
from bot.domain.versions import Version, evaluate_step, nearest_version


def evaluate_policy(
    instance: Instance, target: Version, golden: Collection[Version], released: Collection[Version]
) -> Refusal | None:
    """Why policy refuses this upgrade, or None when it allows it.

    `golden` are the versions that have a golden file, `released` the versions known from upstream's tags; where
    none are known, nobody can say that a version does not exist.
    """
    if instance.skip_reason:
        way_in = "take upgrade.skip out of" if instance.skip else "set releaseChannel to stable in"
        return Refusal(
            f"it is left out of release upgrades: {instance.skip_reason}. To take it in, {way_in} its {CONFIG_FILE}."
        )
    known = {*golden, *released}
    if target != instance.version and released and target not in known:
        return Refusal(describe_unknown_version(target, released))
    if target.is_candidate and instance.slug != FIRST_INSTANCE:
        newest = max((v for v in known if not v.is_candidate and v.series == instance.version.series), default=None)
        instead = f", such as {newest}" if newest and newest > instance.version else ""
        return Refusal(f"release candidates go to {FIRST_INSTANCE} only; upgrade it to a release{instead}.")
    verdict = evaluate_step(instance.version, target, known)
    return None if verdict else Refusal(verdict.reason)


def describe_unknown_version(target: Version, released: Collection[Version]) -> str:
    """Says that there is no such version, and which one may be meant."""
    like = nearest_version(target, released)
    instead = f" The nearest that there is: {like}." if like else ""
    return f"there is no version {target} among upstream's tags.{instead}"
