"""Whether a version should be prepared: only when some instance may go to it next (domain.md, "Rules").

All instances share the executors modules, so a preparation is more than a file that waits.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.fleet.inventory import FIRST_INSTANCE
from bot.domain.fleet.model import Fleet, Instance
from bot.domain.plans.reasons.refusals import NobodyGoesThere
from bot.domain.version_steps import SameVersion, VersionJump, evaluate_step
from bot.domain.versions import Version


def evaluate_preparation(version: Version, fleet: Fleet, released: Collection[Version]) -> NobodyGoesThere | None:
    """Why policy refuses to prepare a version, or None when it allows it: an instance runs it or may go to it next.

    `released` are the versions known from upstream's tags. Instances that are left out of release upgrades decide
    nothing, and only the first instance decides on a candidate. Without any of them nothing is refused.
    """
    instances = [i for i in fleet if not i.skip_reason and (not version.is_candidate or i.slug == FIRST_INSTANCE)]
    decisions = [evaluate_step(i.version, version, {*fleet.golden, *released}) for i in instances]
    if not decisions or any(one or isinstance(one.reason, SameVersion) for one in decisions):
        return None
    jumps = [one.reason.next_version for one in decisions if isinstance(one.reason, VersionJump)]
    running = [instance.version for instance in instances]
    return NobodyGoesThere(
        version,
        min(running),
        max(running),
        max((step for step in jumps if step), default=None),
        0 if version.is_candidate else len(executors_users(fleet)),
    )


def executors_users(fleet: Fleet) -> tuple[Instance, ...]:
    """The instances that use the executors modules, in the order of work."""
    return tuple(instance for instance in fleet if instance.executors)
