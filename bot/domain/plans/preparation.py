"""Plans preparations: a version's golden file and its executors modules (domain.md, "An upgrade …", step 1).

Planning needs no I/O: `blobs_for_preparation` says which contents are needed, and `plan_preparation` makes the change
set of them and of upstream's file.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.fleet.inventory import golden_versions
from bot.domain.fleet.model import Instance
from bot.domain.git_tree import FileChange, Snapshot
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.checkout import Checkout, blob_shas, yaml_files
from bot.domain.plans.executors import EXECUTORS_FILE, Pin, is_executors_module
from bot.domain.plans.mistagged_images import mistagged_images
from bot.domain.plans.reasons.changes import ChangeReason, ExecutorsPinned, GoldenFileCreated, ImageRetagged
from bot.domain.plans.reasons.file_problems import InvalidTerraform, PlanningError, compose_reason
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import (
    ExecutorsNotPinned,
    ExecutorsShared,
    ExecutorsUser,
    GlobalOverrideIsLink,
    ModulePinnedNewer,
    ModulePinUnclear,
    ModuleVersionUnknown,
    PlanWarning,
    ServiceAdded,
)
from bot.domain.versions import Version
from bot.formats import compose, terraform

OVERRIDES_FOLDER = "golden/overrides"
UPSTREAM_FILE = "docker-compose/docker-compose.yaml"
_REGULAR_FILE_MODE = "100644"


def override_paths(snapshot: Snapshot) -> list[str]:
    """The global overrides, in the order in which they are merged."""
    return yaml_files(snapshot, OVERRIDES_FOLDER)


def blobs_for_preparation(snapshot: Snapshot, version: Version) -> set[str]:
    """The SHA-1s of the blobs that `plan_preparation` needs, and of the golden files that a reviewer compares."""
    earlier = previous_golden_version(snapshot, version)
    paths = [*override_paths(snapshot), EXECUTORS_FILE, version.golden_path]
    return blob_shas(snapshot, [*paths, *([earlier.golden_path] if earlier else [])])


def previous_golden_version(snapshot: Snapshot, version: Version) -> Version | None:
    """The newest version before this one with a golden file, with which a reviewer compares the new one."""
    before = [v for v in golden_versions(snapshot) if v < version and (version.is_candidate or not v.is_candidate)]
    return max(before, default=None)


def plan_preparation(
    version: Version, upstream: str, checkout: Checkout, executors_users: Sequence[Instance] = ()
) -> ChangeSet | Refusal:
    """The change set that prepares a version (without changes if everything is there), or why there is none.

    `upstream` is upstream's Compose file at the version's tag. It is not used if the golden file exists already.
    `executors_users` are the instances that use the executors modules.
    """
    users = tuple(ExecutorsUser(instance.slug, instance.version) for instance in executors_users)
    try:
        return _build_change_set(version, upstream, checkout, users)
    except PlanningError as error:
        return Refusal(error.reason)
    except compose.ComposeError as error:
        return Refusal(compose_reason(error))


def _build_change_set(
    version: Version, upstream: str, checkout: Checkout, users: tuple[ExecutorsUser, ...]
) -> ChangeSet:
    changes: list[FileChange] = []
    reasons: list[ChangeReason] = []
    warnings: list[PlanWarning] = []
    if checkout.has(version.golden_path):
        mistagged = mistagged_images(checkout.text(version.golden_path), version)
    else:
        text, created, warned = _golden_file(version, upstream, checkout)
        mistagged = mistagged_images(text, version)
        changes.append(FileChange(version.golden_path, _REGULAR_FILE_MODE, text))
        reasons += created
        warnings += warned
    if checkout.has(EXECUTORS_FILE):
        changed, pinned, warned = _pin_executors(version, checkout.text(EXECUTORS_FILE))
        if pinned:
            changes.append(FileChange(EXECUTORS_FILE, checkout.mode(EXECUTORS_FILE), changed))
            warnings += [ExecutorsShared(EXECUTORS_FILE, version, users)] if users else []
        reasons += pinned
        warnings += warned
    return ChangeSet(
        ChangeKind.PREPARATION,
        version,
        tuple(changes),
        reasons=tuple(reasons),
        warnings=tuple(warnings),
        mistagged_images=mistagged,
    )


def _golden_file(
    version: Version, upstream: str, checkout: Checkout
) -> tuple[str, list[ChangeReason], list[PlanWarning]]:
    """The golden file, the reasons for it, and what a reviewer should know."""
    overrides = override_paths(checkout.snapshot)
    paths = [path for path in overrides if not checkout.is_link(path)]
    merge = compose.merge_files(upstream, [(path, checkout.text(path)) for path in paths], base_name=UPSTREAM_FILE)
    text, retagged = _retag(merge.text, version)
    warnings: list[PlanWarning] = [GlobalOverrideIsLink(path) for path in overrides if path not in paths]
    warnings += [ServiceAdded(name) for name in merge.added]
    return text, [GoldenFileCreated(version.golden_path, tuple(paths)), *retagged], warnings


def _retag(text: str, version: Version) -> tuple[str, list[ImageRetagged]]:
    """A release candidate's file with its own tag on all of the product's images; the file of a release as it is."""
    if not version.is_candidate:
        return text, []
    new = {old: _with_tag(old, version) for old in mistagged_images(text, version)}
    changed = compose.set_images(text, {old.service: image for old, image in new.items() if image})
    return changed, [ImageRetagged(old.service, old.image, image) for old, image in new.items() if image]


def _with_tag(mistagged: MistaggedImage, version: Version) -> str | None:
    image = compose.Image.parse(mistagged.image)
    return str(image.with_tag(str(version))) if image else None


def _pin_executors(version: Version, text: str) -> tuple[str, list[ExecutorsPinned], list[PlanWarning]]:
    """The text with all of upstream's executors modules pinned to the version.

    A release candidate pins nothing, because it goes to one instance and all instances share these modules.
    """
    try:
        found = [module for module in terraform.modules(text) if is_executors_module(module)]
        if version.is_candidate:
            return text, [], [ExecutorsNotPinned(version)] if found else []
        pinned: list[ExecutorsPinned] = []
        warnings: list[PlanWarning] = []
        for module in found:
            old = module.version.value if module.version else None
            pin = Pin.parse(old) if old is not None else None
            if old is None:
                warnings.append(ModuleVersionUnknown(EXECUTORS_FILE, module.name))
            elif pin is None:
                warnings.append(ModulePinUnclear(EXECUTORS_FILE, module.name, old))
            elif pin.version > version:
                warnings.append(ModulePinnedNewer(EXECUTORS_FILE, module.name, old))
            elif pin.version < version:
                pinned.append(ExecutorsPinned(EXECUTORS_FILE, module.name, old, pin.moved_to(version)))
        return terraform.set_versions(text, {pin.module: pin.new for pin in pinned}), pinned, warnings
    except terraform.TerraformError as error:
        raise PlanningError(InvalidTerraform(EXECUTORS_FILE, error.line)) from None
