"""What the bot answers to commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.domain.chat import markers
from bot.domain.chat.answers import InstanceMessage, Message, StatusTable
from bot.domain.chat.replies import (
    BackupProgress,
    CheckTable,
    Paragraph,
    PlanPreview,
    PreparationProgress,
    Reply,
    ReplyItem,
    UpgradeProgress,
)
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown, truncate_body
from bot.rendering.answers import render_answer
from bot.rendering.check_tables import fold_checks, render_checks
from bot.rendering.preparations import render_preparation
from bot.rendering.renderer import Renderer
from bot.rendering.status import render_status
from bot.rendering.times import format_time
from bot.rendering.upgrade_steps import render_upgrade_steps
from bot.rendering.upgrades import (
    format_version_change,
    render_upgrade_state,
    render_upgrade_state_within,
)
from bot.rendering.wording import clause, describe

MAX_SECTIONS = 25
"""Upgrades that a reply shows at length. If there are more, it lists them in one table."""
MAX_OVERVIEW_ROWS = 150
MAX_OVERVIEW_STATE_LENGTH = 200
MAX_LEFT_OUT = 30


def render_reply(
    renderer: Renderer,
    reply: Reply,
    upgrades: Mapping[str, Upgrade],
    preparations: Mapping[Version, Preparation] = MappingProxyType({}),
) -> Markdown:
    """The body of a reply, shortened to GitHub's limit.

    `upgrades` (by key) and `preparations` are at least those that it shows: all upgrades for a table of their states.
    """
    marker = Markdown(markers.reply(reply.comment))
    many = sum(isinstance(item, UpgradeProgress) for item in reply.items) > MAX_SECTIONS
    for tables in (True, False):
        items = [item for item in reply.items if not (many and isinstance(item, UpgradeProgress))]
        sections = [_render_section(renderer, item, upgrades, preparations, tables=tables) for item in items]
        if many:
            sections.append(_render_overview(renderer, reply.items, upgrades))
        body = renderer.render("reply.md.j2", marker=marker, sections=sections)
        if len(body) <= MAX_BODY_LENGTH:
            return body
    return truncate_body(body, "The rest does not fit here; see the tracker.")


def _render_overview(renderer: Renderer, items: Sequence[ReplyItem], upgrades: Mapping[str, Upgrade]) -> Markdown:
    """One row for each of many upgrades."""
    shown = [item for item in items if isinstance(item, UpgradeProgress)]
    rows = []
    for item in shown[:MAX_OVERVIEW_ROWS]:
        upgrade = upgrades.get(f"{item.slug}@{item.version}")
        state = (
            render_upgrade_state_within(renderer, upgrade, MAX_OVERVIEW_STATE_LENGTH)
            if upgrade
            else Markdown("requested")
        )
        rows.append({"name": renderer.instance_name(item.slug), "version": item.version, "state": state})
    return renderer.render("overview.md.j2", rows=rows, left_out=max(len(shown) - MAX_OVERVIEW_ROWS, 0))


def _render_section(
    renderer: Renderer,
    item: ReplyItem,
    upgrades: Mapping[str, Upgrade],
    preparations: Mapping[Version, Preparation],
    *,
    tables: bool,
) -> Markdown:
    match item:
        case UpgradeProgress(slug, version):
            upgrade = upgrades.get(f"{slug}@{version}")
            if upgrade is None:
                return Markdown(f"**{renderer.instance_name(slug)}**: upgrade to {version} requested.")
            return _render_progress(renderer, upgrade, tables=tables)
        case PreparationProgress(version):
            return render_preparation(renderer, version, preparations.get(version))
        case StatusTable():
            return render_status(renderer, item, upgrades.values())
        case CheckTable():
            return _render_checks(renderer, item)
        case BackupProgress():
            return _render_backups(renderer, item)
        case PlanPreview():
            return _render_preview(renderer, item)
        case Paragraph(markdown):
            return markdown
        case _:
            return render_answer(renderer, item)


def _render_checks(renderer: Renderer, table: CheckTable) -> Markdown:
    name = renderer.instance_name(table.slug)
    if table.error is not None:
        return render_answer(renderer, InstanceMessage(table.slug, table.error))
    if table.results is None:
        return Markdown(f"**{name}**: running the health checks …")
    checks = render_checks("Health checks", table.results, redact=renderer.redact)
    return Markdown(f"**{name}**\n\n{checks}")


def _render_preview(renderer: Renderer, preview: PlanPreview) -> Markdown:
    if preview.refusal is not None:
        if renderer.fleet.get(preview.slug) is None:
            return render_answer(renderer, Message(preview.refusal))
        return render_answer(renderer, InstanceMessage(preview.slug, preview.refusal))
    name = renderer.instance_name(preview.slug)
    if preview.report is not None:
        return preview.report
    return Markdown(f"**{name}**: planning the upgrade to {preview.version} …")


def _render_progress(renderer: Renderer, upgrade: Upgrade, *, tables: bool) -> Markdown:
    shown = []
    before, after = upgrade.verification.before, upgrade.verification.after
    if tables and after:
        caption = "Health checks after the deployment"
        shown.append(render_checks(caption, after, before=before, redact=renderer.redact))
    if tables and before:
        caption = "Health checks right before the deployment" if after else "Health checks before the upgrade"
        checks = render_checks(caption, before, redact=renderer.redact)
        shown.append(fold_checks(caption, before, checks) if after else checks)
    return renderer.render(
        "upgrade_progress.md.j2",
        name=renderer.instance_name(upgrade.slug),
        version_change=format_version_change(upgrade),
        state=render_upgrade_state(renderer, upgrade),
        steps=render_upgrade_steps(renderer, upgrade),
        tables=shown,
    )


def _render_backups(renderer: Renderer, progress: BackupProgress) -> Markdown:
    """The state of an instance's backups, and older ones of mibot's."""
    return renderer.render(
        "backup.md.j2",
        name=renderer.instance_name(progress.slug),
        backups=[_describe_backup(renderer, backup) for backup in progress.backups or ()],
        started=progress.backups is not None,
        error=renderer.safe_text(clause(progress.error)) if progress.error else None,
        older_backups=[_describe_backup(renderer, backup) for backup in progress.older[:MAX_LEFT_OUT]],
        more=max(len(progress.older) - MAX_LEFT_OUT, 0),
    )


def _describe_backup(renderer: Renderer, backup: Backup) -> Markdown:
    detail = f": {renderer.safe_text(describe(backup.problem))}" if backup.problem else ""
    name, time = renderer.safe_code(backup.name), format_time(backup.created_at)
    return Markdown(f"{backup.kind} {name}, {backup.state}, {time}{detail}")
