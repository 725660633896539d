"""A change set in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.views.terminal import diff, format_link_change
from bot.domain.git_tree import LINK_MODE, FileChange
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.preview import PreparationPreview
from bot.domain.plans.secrets import is_secret
from bot.domain.versions import Version
from bot.formats.compose import Difference, SettingChange
from bot.rendering.golden_files import golden_counts
from bot.rendering.reasons import describe_reasons, describe_warnings

MAX_NEW_LINES = 12


def files(plan: ChangeSet, now: Mapping[str, str], width: int) -> RenderableType:
    """Every file that changes: the target of a link, or the diff of a text. `now` has the current contents."""
    shown: list[RenderableType] = []
    for change in plan.changes:
        shown += [Text(change.path, "bold"), Padding(_file(change, now.get(change.path), width - 4), (0, 0, 0, 2))]
    return Group(*shown)


def _file(change: FileChange, now: str | None, width: int) -> RenderableType:
    if change.content is None:
        return Group(Text("removed", "red"), diff(now or "", ""))
    if change.mode == LINK_MODE and now is not None:
        return format_link_change(now, change.content, width)
    if now is None:
        lines = change.content.splitlines()
        more = f"… {len(lines) - MAX_NEW_LINES} more lines" if len(lines) > MAX_NEW_LINES else ""
        return Group(
            Text(f"new, {len(lines)} lines", "green"),
            Text("\n".join(lines[:MAX_NEW_LINES]), "green"),
            Text(more, "dim"),
        )
    return diff(now, change.content)


def reasons(plan: ChangeSet) -> RenderableType:
    """Why each file changes, and what needs attention."""
    lines = [Text(f"• {sentence}") for sentence in describe_reasons(plan)]
    lines += [Text(f"• Terraform replaces {address}", "magenta") for address in plan.replaced_resources]
    lines += [Text(f"! {warning}", "yellow") for warning in describe_warnings(plan)]
    lines += [
        Text(f"! {one.service} runs {one.image}: not the version's tag", "red") for one in plan.mistagged_images
    ]
    return Group(*lines)


def golden(difference: Difference, old: Version, new: Version) -> RenderableType:
    """The difference of two golden files: services, images, settings."""
    rows = Table.grid(padding=(0, 2))
    for name in difference.added:
        rows.add_row(Text("+ service", "green"), Text(name))
    for name in difference.removed:
        rows.add_row(Text("- service", "red"), Text(name))
    for image in difference.images:
        rows.add_row(
            Text("image", "cyan"),
            Text(image.service),
            Text(f"{_without_digest(image.old)} → {_without_digest(image.new)}"),
        )
    for setting in difference.settings:
        where = f"{setting.section} {setting.path}"
        rows.add_row(Text("setting", "cyan"), Text(where), Text(_format_setting(setting)))
    return Group(Text(f"{old} → {new}: {golden_counts(difference)}"), rows)


def preparation(
    prepared: PreparationPreview, plan: ChangeSet, now: Mapping[str, str], width: int
) -> Iterator[RenderableType]:
    """The parts of a preparation, in order."""
    if not plan.changes:
        yield Text.assemble(("✓ ", "green"), f"{plan.version} is prepared: everything is there.")
        return
    yield Text.assemble(("✓ ", "green"), f"{plan.version} can be prepared.\n")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("branch", plan.branch)
    facts.add_row("title", plan.title)
    facts.add_row("label", ", ".join(plan.labels))
    yield facts
    yield from section("Changes", reasons(plan))
    yield from section("Files", files(plan, now, width))
    if prepared.golden_diff is not None and prepared.previous_version is not None:
        yield from section("Golden file", golden(prepared.golden_diff, prepared.previous_version, plan.version))


def written_changes(plan: ChangeSet, changes: Iterable[FileChange]) -> RenderableType:
    """The files that were written."""
    rows = [Text(f"  {'removed' if change.content is None else 'wrote'} {change.path}") for change in changes]
    if not rows:
        return Text(f"Nothing to do: {plan.version} is prepared.")
    return Group(Text(f"Made in the work tree, as “{plan.title}” would:", "green"), *rows, reasons(plan))


def section(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold cyan")
    yield Padding(content, (0, 0, 0, 2))


def _format_setting(setting: SettingChange) -> str:
    if is_secret(setting.path):
        return "a value that is not shown"
    return f"{'—' if setting.old is None else setting.old} → {'—' if setting.new is None else setting.new}"


def _without_digest(reference: str) -> str:
    return reference.partition("@")[0]
