"""The answer to `/status INSTANCE`: all about one instance."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.chat.answers import InstanceStatus
from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import plain_name
from bot.domain.rollout.attention import next_step, urgency
from bot.domain.upgrade.changes import changes_of
from bot.domain.upgrade.record import UNFINISHED, Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown, escape_link_target, link
from bot.rendering.progress import render_check_tables
from bot.rendering.renderer import Renderer
from bot.rendering.rollup import Detail
from bot.rendering.stages import describe_next_step, stage_label
from bot.rendering.times import format_time
from bot.rendering.upgrade_steps import render_upgrade_steps
from bot.rendering.upgrades import format_names, format_version_change, pull_link, stage_reason
from bot.rendering.wording import describe

_MAX_EARLIER = 5
_NEEDS_REASON = frozenset({Stage.FAILED, Stage.HELD, Stage.CLOSED, Stage.SKIPPED, Stage.WAITING})


def render_instance_status(
    renderer: Renderer, status: InstanceStatus, upgrades: Iterable[Upgrade], detail: Detail = Detail.FULL
) -> Markdown:
    """What the instance runs, and of each upgrade that matters its stage, why, since when, whose turn it is, its pull
    request, run and checks, and what came before."""
    instance = renderer.fleet.get(status.slug)
    mine = sorted((one for one in upgrades if one.slug == status.slug), key=lambda one: one.requested_at)
    shown = [one for one in mine if status.version == one.version or (status.version is None and _matters(one, mine))]
    blocks = [_render_upgrade(renderer, one, instance, detail) for one in sorted(shown, key=urgency)]
    if not blocks:
        to = f" to {status.version}" if status.version else ""
        blocks = [Markdown(f"No upgrade{to} has been requested.")]
    return Markdown("\n\n".join([_render_head(renderer, status.slug, instance), *blocks]))


def _matters(upgrade: Upgrade, mine: list[Upgrade]) -> bool:
    """Whether it is the latest one, or is not over."""
    return upgrade is mine[-1] or upgrade.stage in UNFINISHED | {Stage.FAILED}


def _render_head(renderer: Renderer, slug: str, instance: Instance | None) -> Markdown:
    name = renderer.instance_name(slug)
    if instance is None:
        return Markdown(f"**{name}**")
    note = f" Note: {renderer.safe_text(instance.note)}" if instance.note else ""
    skipped = ""
    if instance.skip_reason:
        skipped = f" Left out of upgrades: {renderer.safe_text(describe(instance.skip_reason))}"
    return Markdown(f"**{name}** runs {instance.version} ({instance.type}).{note}{skipped}")


def _render_upgrade(renderer: Renderer, upgrade: Upgrade, instance: Instance | None, detail: Detail) -> Markdown:
    since = upgrade.history[-1].at if upgrade.history else upgrade.requested_at
    target = plain_name(instance) if instance else "INSTANCE"
    by = format_names(renderer, [upgrade.requested_by])
    lines = [
        f"**{stage_label(upgrade)}** since {format_time(since)}: {upgrade.kind} {format_version_change(upgrade)}",
        "",
        *_render_reason(renderer, upgrade),
        f"- Whose turn: {describe_next_step(next_step(upgrade), target)}",
        f"- Requested by {by} at {format_time(upgrade.requested_at)}{_format_rollback_reason(renderer, upgrade)}",
        *_render_forced(renderer, upgrade),
        *_render_pull_checks(renderer, upgrade),
        *(f"- {step}" for step in render_upgrade_steps(renderer, upgrade)),
        *_render_earlier(renderer, upgrade),
    ]
    tables = render_check_tables(renderer, upgrade) if detail <= Detail.FULL else []
    return Markdown("\n\n".join(["\n".join(lines), *tables]))


def _render_reason(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    """Why it is where it is. What goes as it should needs no reason."""
    reason = renderer.safe_text(stage_reason(renderer, upgrade))
    if not reason and upgrade.stage not in _NEEDS_REASON:
        return []
    return [f"- Why: {reason or 'no reason is recorded'}"]


def _format_rollback_reason(renderer: Renderer, upgrade: Upgrade) -> str:
    why = renderer.safe_text(upgrade.rollback.why) if upgrade.rollback else ""
    return f": {why}" if why else ""


def _render_forced(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    if upgrade.force is None:
        return []
    by = format_names(renderer, [upgrade.force.by])
    return [f"- Forced by {by}: {renderer.safe_text(upgrade.force.why)}"]


def _render_pull_checks(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    """The pull request's own checks, with the link to them."""
    pull = upgrade.pull_request
    if pull.number is None:
        return []
    failing = f" ({format_names(renderer, pull.failing_checks)})" if pull.failing_checks else ""
    where = link("Checks of the pull request", escape_link_target(f"{pull.url}/checks"))
    return [f"- {where}: {pull.checks}{failing}"]


def _render_earlier(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    """The changes that the record replaced, the newest first."""
    earlier = changes_of(upgrade)[:-1][::-1]
    rows = [
        f"- Before: {pull_link(one)}{one.kind} {format_version_change(one)}, {stage_label(one)}; "
        f"requested by {format_names(renderer, [one.requested_by])}"
        for one in earlier[:_MAX_EARLIER]
    ]
    return [*rows, *([f"- and {len(earlier) - _MAX_EARLIER} more before"] if len(earlier) > _MAX_EARLIER else [])]
