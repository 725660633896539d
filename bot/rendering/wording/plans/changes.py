"""The words for why each file of a change set changes."""

from __future__ import annotations

from bot.domain.plans.reasons.changes import (
    ExecutorsPinned,
    FileRemoved,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.plans.images import without_digest


@describe.register
def _(reason: LinkRetargeted) -> str:
    return f"The link {reason.path} changes: {reason.old} → {reason.new}"


@describe.register
def _(reason: HotpatchRemoved) -> str:
    return f"The hotpatch of {reason.service} is removed from {reason.path}: {without_digest(reason.image)}"


@describe.register
def _(reason: FileRemoved) -> str:
    return f"{reason.path} is removed because nothing is left in it"


@describe.register
def _(reason: ModuleRefUpdated) -> str:
    return f"The module in {reason.path} changes: {reason.old} → {reason.new}"


@describe.register
def _(reason: GoldenFileCreated) -> str:
    overrides = len(reason.overrides)
    merged = f", merged with {overrides} overrides in the order of their names" if overrides else ""
    return f"{reason.path} is upstream's file at the version's tag{merged}"


@describe.register
def _(reason: ImageRetagged) -> str:
    return f"The image of {reason.service} gets the candidate's tag: {without_digest(reason.old)} → {reason.new}"


@describe.register
def _(reason: ExecutorsPinned) -> str:
    return f"Module {reason.module} in {reason.path} is pinned to {reason.new} instead of {reason.old}"


@describe.register
def _(reason: FileRestored) -> str:
    return f"{reason.path} is restored to its state before the upgrade"
