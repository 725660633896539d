"""Plans upgrades: the link, the hotpatches and the module of one instance (domain.md, "An upgrade …", step 2).

Planning needs no I/O: `blobs_for_upgrade` says which contents are needed, and `plan_upgrade` makes the change set of
them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from bot.domain.fleet.images import looks_first_party
from bot.domain.fleet.inventory import golden_link_target, golden_versions
from bot.domain.fleet.model import Instance
from bot.domain.git_tree import LINK_MODE, FileChange, Snapshot
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.checkout import Checkout, blob_shas, yaml_files
from bot.domain.plans.executors import EXECUTORS_FILE, is_executors_module, pinned_version, replaced_addresses
from bot.domain.plans.mistagged_images import mistagged_images
from bot.domain.plans.module_refs import (
    module_refs,
    newest_module_tag,
    set_module_refs,
    tag_sort_key,
    unclear_modules,
)
from bot.domain.plans.reasons.changes import (
    ChangeReason,
    FileRemoved,
    HotpatchRemoved,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.domain.plans.reasons.file_problems import InvalidTerraform, PlanningError, compose_reason, relative_to
from bot.domain.plans.reasons.refusals import MistaggedImage, NotPrepared, VersionHeld
from bot.domain.plans.reasons.warnings import (
    ExecutorsAtOtherVersion,
    ExecutorsFileMissing,
    ModuleRefNewer,
    ModuleRefUnclear,
    OverrideIsLink,
    OwnServiceKept,
    PlanWarning,
    ServiceGone,
)
from bot.domain.plans.version_policy import evaluate_policy
from bot.domain.versions import Version
from bot.formats import compose, terraform


@dataclass(frozen=True)
class PlanContext:
    """What a plan needs besides the files of the deployment repository.

    `released` are upstream's versions, `module_tags` the deployment repository's tags `mi-module-…`, and `accepted`
    the versions whose images an operator accepted as they are.
    """

    released: frozenset[Version] = frozenset()
    module_tags: frozenset[str] = frozenset()
    accepted: frozenset[Version] = frozenset()


@dataclass
class _Draft:
    """The parts of a change set that is being made."""

    changes: list[FileChange] = field(default_factory=list)
    reasons: list[ChangeReason] = field(default_factory=list)
    warnings: list[PlanWarning] = field(default_factory=list)


def override_files(snapshot: Snapshot, instance: Instance) -> list[str]:
    """The files in which an instance may have hotpatches (domain.md, "Layout of the deployment repository")."""
    active = f"{instance.slug}/{instance.active}/docker-compose/docker-compose.override.yaml"
    return [*([active] if active in snapshot.files else []), *yaml_files(snapshot, f"{instance.slug}/overrides")]


def infrastructure_file(instance: Instance) -> str:
    return f"{instance.slug}/infrastructure.tf"


def blobs_for_upgrade(snapshot: Snapshot, instance: Instance, target: Version) -> set[str]:
    """The SHA-1s of the blobs that `plan_upgrade` needs."""
    paths = [*override_files(snapshot, instance), infrastructure_file(instance)]
    paths += [target.golden_path, instance.version.golden_path]
    paths += [EXECUTORS_FILE] if instance.executors else []
    return blob_shas(snapshot, paths)


def plan_upgrade(
    instance: Instance, target: Version, checkout: Checkout, context: PlanContext
) -> ChangeSet | Refusal:
    """The change set that takes an instance to `target`, or why there is none."""
    golden = golden_versions(checkout.snapshot)
    refusal = evaluate_policy(instance, target, golden, context.released)
    if refusal is not None:
        return refusal
    if target not in golden:
        return Refusal(NotPrepared(target))
    try:
        mistagged = mistagged_images(checkout.text(target.golden_path), target)
        if mistagged and target not in context.accepted:
            return Refusal(VersionHeld(target, mistagged))
        return _build_change_set(instance, target, checkout, context, mistagged)
    except PlanningError as error:
        return Refusal(relative_to(instance.slug, error.reason))
    except compose.ComposeError as error:
        return Refusal(compose_reason(error))


def _build_change_set(
    instance: Instance,
    target: Version,
    checkout: Checkout,
    context: PlanContext,
    mistagged: tuple[MistaggedImage, ...],
) -> ChangeSet:
    draft = _Draft()
    new = golden_link_target(target)
    draft.changes.append(FileChange(instance.link_path, LINK_MODE, new))
    draft.reasons.append(LinkRetargeted(instance.link_path, golden_link_target(instance.version), new))
    _remove_hotpatches(draft, instance, target, checkout)
    _move_module(draft, instance, target, checkout, context.module_tags)
    replaced = _replaced_resources(draft, instance, target, checkout)
    return ChangeSet(
        ChangeKind.UPGRADE,
        target,
        tuple(draft.changes),
        instance.slug,
        instance.version,
        target,
        tuple(draft.reasons),
        tuple(draft.warnings),
        replaced,
        mistagged,
        instance.note,
    )


def _remove_hotpatches(draft: _Draft, instance: Instance, target: Version, checkout: Checkout) -> None:
    """Remove the images of the product's services from the override files, and warn of what does not fit then."""
    after = compose.images(checkout.text(target.golden_path), target.golden_path)
    before = compose.images(checkout.text(instance.version.golden_path), instance.version.golden_path)
    first_party = {name for images in (before, after) for name, image in images.items() if looks_first_party(image)}
    services = compose.service_names(checkout.text(target.golden_path), target.golden_path)
    for path in override_files(checkout.snapshot, instance):
        name = path.removeprefix(f"{instance.slug}/")
        if checkout.is_link(path):
            draft.warnings.append(OverrideIsLink(name))
            continue
        text = checkout.text(path)
        found = compose.remove_images(text, first_party, name)
        draft.reasons += [HotpatchRemoved(path, service, image) for service, image in found.removed]
        if found.removed:
            draft.changes.append(FileChange(path, checkout.mode(path), found.text))
        if found.text is None and found.removed:
            draft.reasons.append(FileRemoved(path))
        rest = text if not found.removed else found.text
        draft.warnings += _leftover_warnings(rest, name, services, target) if rest is not None else []


def _leftover_warnings(text: str, name: str, services: Collection[str], target: Version) -> Iterator[PlanWarning]:
    """What an override file still contains that does not fit the new golden file."""
    for service in sorted(compose.override_only_services(text, name) - set(services)):
        yield ServiceGone(name, service, target)
    for service, image in sorted(compose.images(text, name).items()):
        if service not in services and looks_first_party(image):
            yield OwnServiceKept(name, service, image)


def _move_module(
    draft: _Draft, instance: Instance, target: Version, checkout: Checkout, tags: Collection[str]
) -> None:
    """Make the module refer to the newest tag of the target version, if there is one."""
    path = infrastructure_file(instance)
    newest = newest_module_tag(tags, target)
    if newest is None or not checkout.has(path) or checkout.is_link(path):
        return
    name = path.removeprefix(f"{instance.slug}/")
    text = checkout.text(path)
    try:
        refs = module_refs(text)
        changed = set_module_refs(text, [newest if _is_older(ref, newest) else ref for ref in refs])
        draft.warnings += [ModuleRefUnclear(name, module) for module in unclear_modules(text)]
    except terraform.TerraformError as error:
        raise PlanningError(InvalidTerraform(path, error.line)) from None
    for old in dict.fromkeys(refs):
        if _is_older(old, newest):
            draft.reasons.append(ModuleRefUpdated(path, old, newest))
        elif _is_older(newest, old):
            draft.warnings.append(ModuleRefNewer(name, old, newest))
    if changed != text:
        draft.changes.append(FileChange(path, checkout.mode(path), changed))


def _is_older(ref: str, other: str) -> bool:
    key, other_key = tag_sort_key(ref), tag_sort_key(other)
    return key is not None and other_key is not None and key < other_key


def _replaced_resources(draft: _Draft, instance: Instance, target: Version, checkout: Checkout) -> tuple[str, ...]:
    """The resources of the instance's executors that Terraform will replace."""
    if not instance.executors:
        return ()
    if not checkout.has(EXECUTORS_FILE):
        draft.warnings.append(ExecutorsFileMissing(EXECUTORS_FILE))
        return ()
    try:
        found = [module for module in terraform.modules(checkout.text(EXECUTORS_FILE)) if is_executors_module(module)]
    except terraform.TerraformError as error:
        raise PlanningError(InvalidTerraform(EXECUTORS_FILE, error.line)) from None
    for module in found:
        if pinned_version(module) != target:
            pinned = module.version.value if module.version else None
            draft.warnings.append(ExecutorsAtOtherVersion(EXECUTORS_FILE, module.name, pinned, target))
    return tuple(address for module in found for address in replaced_addresses(module))
