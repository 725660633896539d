"""Why each file of a change set changes, one plain sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.plans.change_set import (
    ChangeReason,
    ChangeSet,
    ExecutorsPinned,
    FileRemoved,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)


def describe_reasons(change: ChangeSet, within: str = "") -> list[str]:
    """The reasons as sentences; paths are shown without the folder `within`."""
    return list(_describe_each(change, f"{within}/" if within else ""))


def _describe_each(change: ChangeSet, folder: str) -> Iterator[str]:
    for reason in change.reasons:
        yield _describe(reason, folder)


def _describe(reason: ChangeReason, folder: str) -> str:
    match reason:
        case LinkRetargeted(path, old, new):
            return f"The link {path.removeprefix(folder)} moves: {old} → {new}"
        case HotpatchRemoved(path, service, image):
            return f"The hotpatch of {service} goes from {path.removeprefix(folder)}: {image.partition('@')[0]}"
        case FileRemoved(path):
            return f"{path.removeprefix(folder)} goes, for nothing is left in it"
        case ModuleRefUpdated(path, old, new):
            return f"The module in {path.removeprefix(folder)} moves: {old} → {new}"
        case GoldenFileCreated(path, overrides):
            merged = f", merged with {len(overrides)} overrides in the order of their names" if overrides else ""
            return f"{path} is upstream's file at the version's tag{merged}"
        case ImageRetagged(service, old, new):
            return f"The image of {service} gets the candidate's tag: {old.partition('@')[0]} → {new}"
        case ExecutorsPinned(path, module, old, new):
            return f"Module {module} in {path} is pinned to {new}, from {old}"
        case FileRestored(path):
            return f"{path.removeprefix(folder)} is again as it was before the upgrade"
