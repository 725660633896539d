"""Which step from one version to another is legal in one upgrade (domain.md, "Rules")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("versions.same_version", version="version")
@dataclass(frozen=True)
class SameVersion(Reason):
    """The instance runs the target already."""

    version: Version


@stored("versions.downgrade", current="current", target="target")
@dataclass(frozen=True)
class Downgrade(Reason):
    """The target is older than what the instance runs."""

    current: Version
    target: Version


@stored("versions.jump", current="current", target="target", next_series="next_series", next_version="next_version")
@dataclass(frozen=True)
class VersionJump(Reason):
    """The target is further away than one step. The next step is `next_version`, or any version of the minor series
    `next_series` (`3.41`) if none of it is known."""

    current: Version
    target: Version
    next_series: str
    next_version: Version | None = None


@stored("versions.one_step", current="current", target="target")
@dataclass(frozen=True)
class OneStep(Reason):
    """The target is in the same minor series, or in the next one."""

    current: Version
    target: Version


@stored("versions.next_major", current="current", target="target")
@dataclass(frozen=True)
class NextMajor(Reason):
    """The current minor series is the last one of its major version, and the target begins the next major version."""

    current: Version
    target: Version


@dataclass(frozen=True)
class StepDecision:
    """Whether a step is legal, and why or why not. It is true if the step is legal."""

    allowed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.allowed


def evaluate_step(current: Version, target: Version, released: Collection[Version]) -> StepDecision:
    """Whether an instance may go from `current` to `target` in one upgrade.

    The rule: one minor version at a time; patches may be skipped; no downgrade and no jump. `released` are the
    versions known to exist. They tell which minor version ends a major version (3.43 to 4.0), and which version the
    next legal step goes to.
    """
    if target == current:
        return StepDecision(False, SameVersion(current))
    if target < current:
        return StepDecision(False, Downgrade(current, target))
    if (target.major, target.minor) in {(current.major, current.minor), (current.major, current.minor + 1)}:
        return StepDecision(True, OneStep(current, target))
    minors = (v.minor for v in released if v.major == current.major and not v.is_candidate)
    last_minor = max(minors, default=current.minor)
    if (target.major, target.minor) == (current.major + 1, 0) and last_minor <= current.minor:
        return StepDecision(True, NextMajor(current, target))
    return StepDecision(False, _jump(current, target, last_minor, released))


def _jump(current: Version, target: Version, last_minor: int, released: Collection[Version]) -> VersionJump:
    """The jump, with the next legal step on the way to `target`."""
    if current.minor < last_minor or target.major == current.major:
        major, minor = current.major, current.minor + 1
    else:
        major, minor = current.major + 1, 0
    known = [v for v in released if (v.major, v.minor) == (major, minor) and not v.is_candidate]
    return VersionJump(current, target, f"{major}.{minor}", max(known, default=None))
