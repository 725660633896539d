"""Many upgrades at once: numbers, then trouble, then the rest. The more there are, the less is said of each.

What failed, is held, or waits for a person is never left out; everything else may become a number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import IntEnum

from bot.domain.fleet.names import ordinal
from bot.domain.rollout.attention import TROUBLE, Attention, attention, group_by_attention
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown
from bot.rendering.renderer import Renderer
from bot.rendering.stages import ATTENTION_ICONS, NOT_STARTED, stage_label
from bot.rendering.upgrades import format_version_change, render_details_within

MAX_NAMES_LENGTH = 50_000
"""Characters of names in one list. Nothing that GitHub takes could hold more."""
_ISSUE = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/issues/(\d+)", re.ASCII)


class Detail(IntEnum):
    """How much is said of each upgrade. What does not fit is rendered again with the next one."""

    FULL = 0
    SHORT = 1
    TERSE = 2
    NAMES = 3


_ROOM = {Detail.FULL: 600, Detail.SHORT: 160, Detail.TERSE: 60, Detail.NAMES: 0}


def render_counts(upgrades: Iterable[Upgrade], not_requested: int = 0) -> Markdown:
    """How many upgrades need what, most urgent first, and how many instances nobody has requested an upgrade of."""
    groups = group_by_attention(upgrades)
    told = [f"{ATTENTION_ICONS[one]} {len(group)} {one}" for one, group in groups.items() if group]
    told += [f"{NOT_STARTED} {not_requested} not requested"] if not_requested > 0 else []
    return Markdown(" · ".join(told))


def render_rollup(renderer: Renderer, upgrades: Sequence[Upgrade], detail: Detail) -> list[Markdown]:
    """The upgrades by what they need: a list of what is in trouble, then of the rest, folded where it can wait."""
    groups = group_by_attention(upgrades)
    trouble = [upgrade for one in TROUBLE for upgrade in groups[one]]
    sections = [render_trouble(renderer, trouble, detail)] if trouble else []
    if groups[Attention.RUNNING] and detail < Detail.NAMES:
        sections.append(_lines(_rows(renderer, groups[Attention.RUNNING], detail)))
    if detail < Detail.TERSE:
        folded = (Attention.WAITING, Attention.ENDED, Attention.DONE)
        sections += [_fold(renderer, one, groups[one], detail) for one in folded if groups[one]]
    return sections


def render_trouble(
    renderer: Renderer, upgrades: Sequence[Upgrade], detail: Detail, room: int = MAX_NAMES_LENGTH
) -> Markdown:
    """One line for each upgrade that needs a person; with the least detail, one list of names for each stage.

    `room` is about how many characters such lists may have together; the most urgent ones get it first.
    """
    if detail < Detail.NAMES:
        return _lines(_rows(renderer, upgrades, detail))
    by_label: dict[Markdown, list[Upgrade]] = defaultdict(list)
    for upgrade in upgrades:
        by_label[stage_label(upgrade)].append(upgrade)
    lines = []
    for label, those in by_label.items():
        names = short_names(renderer, _slugs(those), room)
        room = max(room - len(names), 0)
        lines.append(f"- {label} · {len(those)}{_after(names)}")
    return _lines(lines)


def render_trouble_within(renderer: Renderer, upgrades: Sequence[Upgrade], room: int) -> Markdown:
    """The same in about `room` characters. What does not fit becomes names, those in review first.

    The upgrades come most urgent first.
    """
    urgent = [upgrade for upgrade in upgrades if attention(upgrade) is not Attention.PERSON]
    others = upgrades[len(urgent) :]
    for detail, detail_of_others in ((Detail.SHORT,) * 2, (Detail.SHORT, Detail.NAMES), (Detail.TERSE, Detail.NAMES)):
        parts = (render_trouble(renderer, urgent, detail), render_trouble(renderer, others, detail_of_others))
        words = _lines(part for part in parts if part)
        if len(words) <= room:
            return words
    return render_trouble(renderer, upgrades, Detail.NAMES, room)


def short_names(renderer: Renderer, slugs: Sequence[str], room: int) -> Markdown:
    """The shortest public names of the instances in at most about `room` characters, and the number of the others."""
    shown: list[str] = []
    for number, slug in enumerate(slugs):
        name = _short_name(renderer, slug)
        room -= len(name) + 2
        if room < 0:
            return Markdown(f"{', '.join(shown)} and {len(slugs) - number} more" if shown else "")
        shown.append(name)
    return Markdown(", ".join(shown))


def _slugs(upgrades: Iterable[Upgrade]) -> list[str]:
    return [upgrade.slug for upgrade in upgrades]


def _short_name(renderer: Renderer, slug: str) -> str:
    """`owner/repository#519` for a customer, which GitHub makes a link; the slug of an internal instance."""
    instance = renderer.fleet.get(slug)
    if instance is None:
        return str(renderer.instance_name(slug))
    if instance.internal:
        return str(renderer.safe_text(slug))
    issue = _ISSUE.fullmatch(instance.account or "")
    which = f" ({ordinal(instance.ordinal)})" if instance.ordinal > 1 else ""
    return f"{issue[1]}#{issue[2]}{which}" if issue else str(renderer.instance_name(slug))


def _rows(renderer: Renderer, upgrades: Iterable[Upgrade], detail: Detail) -> list[str]:
    """A line for each upgrade; those that wait for the same thing share one."""
    rows: list[str] = []
    waiting: dict[str, list[Upgrade]] = defaultdict(list)
    for upgrade in upgrades:
        if upgrade.stage is Stage.WAITING:
            waiting[render_details_within(renderer, upgrade, _ROOM[Detail.FULL])].append(upgrade)
        else:
            rows.append(_row(renderer, upgrade, _ROOM[detail]))
    for reason, those in waiting.items():
        if len(those) == 1:
            rows.append(_row(renderer, those[0], _ROOM[detail]))
        else:
            names = short_names(renderer, _slugs(those), MAX_NAMES_LENGTH // 4)
            rows.append(f"- {stage_label(those[0])} · {len(those)} instances{_after(reason)} ({names})")
    return rows


def _row(renderer: Renderer, upgrade: Upgrade, room: int) -> str:
    change = f", {format_version_change(upgrade)}" if room > _ROOM[Detail.TERSE] else ""
    details = render_details_within(renderer, upgrade, room)
    return f"- {stage_label(upgrade)} · {renderer.instance_name(upgrade.slug)}{change}{_after(details)}"


def _after(details: str) -> str:
    return f": {details}" if details else ""


def _fold(renderer: Renderer, one: Attention, upgrades: Sequence[Upgrade], detail: Detail) -> Markdown:
    head = f"{ATTENTION_ICONS[one]} {len(upgrades)} {one}"
    if detail is Detail.FULL or one is Attention.WAITING:
        inside = _lines(_rows(renderer, upgrades, detail))
    else:
        inside = short_names(renderer, _slugs(upgrades), MAX_NAMES_LENGTH // 4)
    return Markdown(f"<details><summary>{head}</summary>\n\n{inside}\n\n</details>")


def _lines(lines: Iterable[str]) -> Markdown:
    return Markdown("\n".join(lines))
