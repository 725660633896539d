"""What the bot answers to commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.chat import markers
from bot.domain.chat.answers import (
    CommandMessage,
    InstanceMessage,
    InstanceStatus,
    Message,
    NotAllowed,
    StatusTable,
    UnknownCommand,
)
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
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown, truncate_body
from bot.rendering.answers import render_answer
from bot.rendering.bulk import render_check_run, render_check_runs, render_orders
from bot.rendering.instance_status import render_instance_status
from bot.rendering.preparations import render_preparation
from bot.rendering.progress import find_ordered_change, render_progress
from bot.rendering.renderer import Renderer
from bot.rendering.rollup import Detail
from bot.rendering.status import render_status
from bot.rendering.times import format_time
from bot.rendering.wording import clause, describe

MAX_SECTIONS = 25
"""Upgrades that a reply shows at length. If there are more, they are rolled up."""
MAX_LEFT_OUT = 30


@dataclass(frozen=True)
class _Level:
    """How much a reply says: what does not fit is rendered again at the next level."""

    detail: Detail
    at_length: bool = False
    tables: bool = False


_LEVELS = (
    _Level(Detail.FULL, at_length=True, tables=True),
    _Level(Detail.FULL, at_length=True),
    _Level(Detail.FULL),
    _Level(Detail.SHORT),
    _Level(Detail.TERSE),
    _Level(Detail.NAMES),
)


def render_reply(
    renderer: Renderer,
    reply: Reply,
    upgrades: Mapping[str, Upgrade],
    preparations: Mapping[Version, Preparation] = MappingProxyType({}),
) -> Markdown:
    """The body of a reply, shortened to GitHub's limit. With several instances, trouble comes first and is not cut.

    `upgrades` (by key) and `preparations` are at least those that it shows: all upgrades for a table of their states.
    """
    marker = Markdown(markers.reply(reply.comment))
    body = Markdown("")
    for level in _LEVELS:
        sections = _render_sections(renderer, reply, upgrades, preparations, level)
        body = renderer.render("reply.md.j2", marker=marker, sections=sections)
        if len(body) <= MAX_BODY_LENGTH:
            return body
    return truncate_body(body, "The rest does not fit here; see the tracker.")


def _render_sections(
    renderer: Renderer,
    reply: Reply,
    upgrades: Mapping[str, Upgrade],
    preparations: Mapping[Version, Preparation],
    level: _Level,
) -> list[Markdown]:
    """The items in their order. Several upgrades, and the checks of several instances, come together."""
    orders = [
        find_ordered_change(renderer, item, reply, upgrades)
        for item in reply.items
        if isinstance(item, UpgradeProgress)
    ]
    runs = [item for item in reply.items if isinstance(item, CheckTable)]
    several: set[type] = {kind for kind, found in ((UpgradeProgress, orders), (CheckTable, runs)) if len(found) > 1}

    def render(item: ReplyItem) -> Markdown:
        if isinstance(item, UpgradeProgress):
            return render_progress(renderer, orders[0], tables=level.tables)
        if isinstance(item, PreparationProgress):
            return render_preparation(renderer, item.version, preparations.get(item.version))
        if isinstance(item, StatusTable):
            return render_status(renderer, item, upgrades.values(), level.detail)
        if isinstance(item, InstanceStatus):
            detail = Detail.FULL if level.tables else Detail.SHORT
            return render_instance_status(renderer, item, upgrades.values(), detail)
        return _render_section(renderer, item)

    if not several:
        return [render(item) for item in reply.items]
    first = [item for item in reply.items if _comes_first(item, preparations)]
    others = [item for item in reply.items if item not in first and type(item) not in several]
    sections = [render(item) for item in first]
    if len(orders) > 1:
        at_length = level.at_length and len(orders) <= MAX_SECTIONS
        sections += render_orders(renderer, orders, level.detail, at_length=at_length, tables=level.tables)
    if len(runs) > 1:
        sections += render_check_runs(renderer, runs, level.detail, tables=level.tables)
    return [*sections, *(render(item) for item in others)]


def _comes_first(item: ReplyItem, preparations: Mapping[Version, Preparation]) -> bool:
    """Whether people must see it before many upgrades: a refusal, or a preparation that they wait for."""
    if isinstance(item, PreparationProgress):
        preparation = preparations.get(item.version)
        return preparation is None or preparation.stage is not PreparationStage.READY
    return isinstance(item, Message | CommandMessage | InstanceMessage | UnknownCommand | NotAllowed | Paragraph)


def _render_section(renderer: Renderer, item: ReplyItem) -> Markdown:
    """An item that needs no record."""
    match item:
        case CheckTable():
            return render_check_run(renderer, item)
        case BackupProgress():
            return _render_backups(renderer, item)
        case PlanPreview():
            return _render_preview(renderer, item)
        case Paragraph(markdown):
            return markdown
        case UpgradeProgress() | PreparationProgress() | StatusTable() | InstanceStatus():
            raise TypeError(f"{type(item).__name__} needs a record")
        case _:
            return render_answer(renderer, item)


def _render_preview(renderer: Renderer, preview: PlanPreview) -> Markdown:
    if preview.refusal is not None:
        if renderer.fleet.get(preview.slug) is None:
            return render_answer(renderer, Message(preview.refusal))
        return render_answer(renderer, InstanceMessage(preview.slug, preview.refusal))
    name = renderer.instance_name(preview.slug)
    if preview.report is not None:
        return preview.report
    return Markdown(f"**{name}**: planning the upgrade to {preview.version} …")


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
