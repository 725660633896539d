"""Plans rollbacks: back to the files before an instance's last upgrade, as Git has them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.fleet.inventory import golden_link_target, golden_versions
from bot.domain.fleet.model import Instance
from bot.domain.git_tree import LINK_MODE, FileChange, Snapshot
from bot.domain.plans.change_set import ChangeKind, ChangeSet, Refusal
from bot.domain.plans.checkout import Checkout
from bot.domain.plans.module_refs import module_refs, set_module_refs
from bot.domain.plans.reasons.changes import ChangeReason, FileRestored
from bot.domain.plans.reasons.file_problems import InvalidTerraform, PlanningError, relative_to
from bot.domain.plans.reasons.refusals import (
    AlreadyRolledBack,
    HistoryProblem,
    RollbackGoldenMissing,
    RollbackTooFar,
    UnusableHistory,
)
from bot.domain.plans.reasons.warnings import FileKept, PlanWarning
from bot.domain.plans.upgrade import PlanContext, infrastructure_file, override_files
from bot.domain.version_steps import evaluate_step
from bot.domain.versions import Version
from bot.formats import terraform
from bot.formats.three_way import merge_three_way


@dataclass(frozen=True)
class LinkHistory:
    """The commit that last changed an instance's link, and the deployment repository before and after it."""

    commit: str
    before: Snapshot
    after: Snapshot


def changed_paths(instance: Instance, history: LinkHistory) -> list[str]:
    """The paths of the instance's link, overrides and module that the commit changed."""
    paths = {
        instance.link_path,
        infrastructure_file(instance),
        *override_files(history.before, instance),
        *override_files(history.after, instance),
    }
    return sorted(path for path in paths if history.before.files.get(path) != history.after.files.get(path))


def blobs_for_rollback(snapshot: Snapshot, instance: Instance, history: LinkHistory) -> set[str]:
    """The SHA-1s of the blobs that `plan_rollback` needs."""
    paths = changed_paths(instance, history)
    found = (one.files.get(path) for one in (snapshot, history.before, history.after) for path in paths)
    return {entry.sha for entry in found if entry}


def previous_version(instance: Instance, history: LinkHistory, checkout: Checkout) -> Version | None:
    """The version that an instance ran before the last change of its link, or None if Git does not tell.

    The checkout must have the contents of both links.
    """
    if _link_version(history.after, instance, checkout) != instance.version:
        return None
    return _link_version(history.before, instance, checkout)


def plan_rollback(
    instance: Instance, history: LinkHistory | None, checkout: Checkout, context: PlanContext
) -> ChangeSet | Refusal:
    """The change set that undoes an instance's last upgrade, or why there is none.

    The checkout must have the contents of all three snapshots. The order of work does not matter, but a rollback is
    never more than one minor version, because a database schema works with the version before only (domain.md).
    """
    if history is None or instance.link_path not in history.before.files:
        return Refusal(UnusableHistory(HistoryProblem.NO_EARLIER_LINK))
    golden = golden_versions(checkout.snapshot)
    old, new = _link_version(history.before, instance, checkout), _link_version(history.after, instance, checkout)
    if new != instance.version:
        return Refusal(UnusableHistory(HistoryProblem.UNREADABLE_MERGE))
    if old is None:
        return Refusal(UnusableHistory(HistoryProblem.NOT_GOLDEN))
    if old > new:
        return Refusal(AlreadyRolledBack(old, new))
    if old not in golden:
        return Refusal(RollbackGoldenMissing(old))
    if not evaluate_step(old, new, {*golden, *context.released}):
        return Refusal(RollbackTooFar(old, new))
    try:
        return _build_change_set(instance, history, checkout, old)
    except PlanningError as error:
        return Refusal(relative_to(instance.slug, error.reason))


def _link_version(snapshot: Snapshot, instance: Instance, checkout: Checkout) -> Version | None:
    """The version that the link pointed to, according to its target. The golden file may be gone."""
    entry = snapshot.files.get(instance.link_path)
    content = checkout.contents.get(entry.sha, b"") if entry and entry.is_link else b""
    name = content.decode(errors="replace").removeprefix("../../../golden/docker-compose.").removesuffix(".yaml")
    version = Version.parse(name)
    return version if version and golden_link_target(version).encode() == content else None


def _build_change_set(instance: Instance, history: LinkHistory, checkout: Checkout, old: Version) -> ChangeSet:
    changes: list[FileChange] = []
    reasons: list[ChangeReason] = []
    warnings: list[PlanWarning] = []
    for path in changed_paths(instance, history):
        if path == infrastructure_file(instance):
            found: FileChange | FileKept | None = _restore_module(path, history, checkout)
        else:
            found = _restore_file(path, history, checkout)
        if isinstance(found, FileChange):
            changes.append(found)
            reasons.append(FileRestored(path))
        elif found:
            warnings.append(found)
    return ChangeSet(
        ChangeKind.ROLLBACK,
        instance.version,
        tuple(changes),
        instance.slug,
        instance.version,
        old,
        tuple(reasons),
        tuple(warnings),
        note=instance.note,
    )


def _restore_file(path: str, history: LinkHistory, checkout: Checkout) -> FileChange | FileKept | None:
    """The change that restores a file and keeps what people changed since, a warning if that is not possible, or None
    if there is nothing to do."""
    before, after = history.before.files.get(path), history.after.files.get(path)
    now = checkout.snapshot.files.get(path)
    if now == before:
        return None
    if now == after:
        if before is None:
            return FileChange(path, after.mode, None) if after else None
        return FileChange(path, before.mode, checkout.text_at(before, path))
    if before is None or after is None or now is None or LINK_MODE in {before.mode, after.mode, now.mode}:
        return _kept_warning(path)
    texts = [checkout.text_at(entry, path) for entry in (after, now, before)]
    merged = merge_three_way(*texts)
    return _kept_warning(path) if merged is None else FileChange(path, now.mode, merged)


def _kept_warning(path: str) -> FileKept:
    return FileKept(path.partition("/")[2])


def _restore_module(path: str, history: LinkHistory, checkout: Checkout) -> FileChange | FileKept | None:
    """The same for infrastructure.tf: only the references to the module are restored."""
    before, after, now = (one.files.get(path) for one in (history.before, history.after, checkout.snapshot))
    if before is None or after is None or now is None:
        return _kept_warning(path) if before is not None and after is not None else None
    old, new, text = (checkout.text_at(entry, path) for entry in (before, after, now))
    try:
        old_refs, new_refs = module_refs(old), module_refs(new)
        if new_refs == old_refs:
            return None
        if len(new_refs) != len(old_refs):
            return _kept_warning(path)
        if text == new and set_module_refs(new, old_refs).split() == old.split():
            return FileChange(path, now.mode, old)
        refs = module_refs(text)
        if refs == old_refs:
            return None
        if refs != new_refs:
            return _kept_warning(path)
        return FileChange(path, now.mode, set_module_refs(text, old_refs))
    except terraform.TerraformError as error:
        raise PlanningError(InvalidTerraform(path, error.line)) from None
