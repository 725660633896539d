"""The progress of one upgrade or rollback, as the order that asked for it keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.chat.replies import Reply, UpgradeProgress
from bot.domain.plans.change_set import ChangeKind
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.upgrade.changes import as_of_attempt, changes_after, ended_attempts, find_change, find_last_change
from bot.domain.upgrade.effects import StartRollback
from bot.domain.upgrade.record import Upgrade
from bot.formats.markdown import Markdown
from bot.rendering.check_tables import fold_checks, render_checks
from bot.rendering.renderer import Renderer
from bot.rendering.stages import stage_label
from bot.rendering.upgrade_steps import render_upgrade_steps
from bot.rendering.upgrades import format_names, format_version_change, pull_link, render_upgrade_state
from bot.rendering.wording import clause


@dataclass(frozen=True)
class OrderedChange:
    """What an order asked for: the change as far as the order goes (None while there is none), the record that it is
    in, and what came after, in words."""

    item: UpgradeProgress
    change: Upgrade | None
    record: Upgrade | None
    later: tuple[Markdown, ...] = ()


def find_ordered_change(
    renderer: Renderer, item: UpgradeProgress, reply: Reply, upgrades: Mapping[str, Upgrade]
) -> OrderedChange:
    """What the order that a reply answers asked for, among these records by key."""
    record = upgrades.get(f"{item.slug}@{item.version}")
    change: Upgrade | None = None
    if record is not None and item.change is not None:
        change = find_change(record, item.change, reply.comment)
    elif record is not None:
        change = find_last_change(record, _ordered_kind(item, reply))
    if record is None or change is None:
        return OrderedChange(item, change, record)
    attempt = item.change.attempt if item.change else 0
    shown = as_of_attempt(change, attempt)
    later = [] if shown is change else [_describe_retry(renderer, change, attempt)]
    later += [_describe_later(renderer, one) for one in changes_after(record, change)]
    return OrderedChange(item, shown, record, tuple(later))


def _ordered_kind(item: UpgradeProgress, reply: Reply) -> ChangeKind | None:
    """What an order of an earlier mibot asked for, by what it started."""
    for effect in reply.effects or ():
        if isinstance(effect, StartRollback) and effect.slug == item.slug:
            return ChangeKind.ROLLBACK
        if isinstance(effect, StartUpgrades) and item.slug in effect.slugs:
            return ChangeKind.UPGRADE
    return None


def _describe_retry(renderer: Renderer, change: Upgrade, attempt: int) -> Markdown:
    by = format_names(renderer, [ended_attempts(change)[attempt - 1].retried_by])
    return Markdown(f"Afterwards: {stage_label(change)}, attempt {change.attempt.number}; requested again by {by}.")


def _describe_later(renderer: Renderer, change: Upgrade) -> Markdown:
    by = format_names(renderer, [change.requested_by])
    what = f"{pull_link(change)}{change.kind} to {change.target}"
    return Markdown(f"Afterwards: {what}, {stage_label(change)}; requested by {by}.")


def render_progress(renderer: Renderer, ordered: OrderedChange, *, tables: bool) -> Markdown:
    """The section about one order: state, steps, checks."""
    name, change = renderer.instance_name(ordered.item.slug), ordered.change
    if change is None:
        return Markdown(f"**{name}**: {_describe_missing(renderer, ordered)}.")
    return renderer.render(
        "upgrade_progress.md.j2",
        name=name,
        icon=Markdown(stage_label(change).partition(" ")[0]),
        version_change=format_version_change(change),
        state=render_upgrade_state(renderer, change),
        steps=[*render_upgrade_steps(renderer, change), *ordered.later],
        tables=render_check_tables(renderer, change) if tables else [],
    )


def _describe_missing(renderer: Renderer, ordered: OrderedChange) -> str:
    """Why there is nothing to show: it has not begun, or a rollback ended without a change."""
    reference, record = ordered.item.change, ordered.record
    if reference is None or reference.kind is ChangeKind.UPGRADE:
        return f"upgrade to {ordered.item.version} requested"
    if record is not None and record.pull_request.note is not None:
        stays = f"{format_version_change(record)}, {render_upgrade_state(renderer, record)}"
        return f"rollback: {renderer.safe_text(clause(record.pull_request.note))}; its upgrade stays: {stays}"
    return f"rollback from {ordered.item.version} requested"


def render_check_tables(renderer: Renderer, change: Upgrade) -> list[Markdown]:
    """The checks after the deployment, and those before it."""
    before, after = change.verification.before, change.verification.after
    shown = []
    if after:
        caption = "Health checks after the deployment"
        shown.append(render_checks(caption, after, before=before, redact=renderer.redact))
    if before:
        caption = "Health checks right before the deployment" if after else "Health checks before the upgrade"
        checks = render_checks(caption, before, redact=renderer.redact)
        shown.append(fold_checks(caption, before, checks) if after else checks)
    return shown
