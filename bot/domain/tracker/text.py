"""A tracker's text: parsed without losing a character, for people and mibot write in it by turns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from bot.domain.tracker.line import (
    DONE,
    SEGMENT,
    SEPARATOR,
    TASK,
    UPGRADE,
    InstanceKey,
    Section,
    TrackerItem,
    find_key,
    render_line,
    update_line,
)
from bot.formats.urls import normalize_url

__all__ = [
    "DONE",
    "SEPARATOR",
    "InstanceKey",
    "Section",
    "TrackerItem",
    "TrackerLine",
    "TrackerText",
    "looks_like_tracker",
    "normalize_url",
    "parse",
    "render_line",
    "ticked_keys",
    "update_lines",
]

_markdown = MarkdownIt("commonmark")
_markdown.core.ruler.enableOnly(["normalize", "block"])


@dataclass
class TrackerLine:
    """One line of a text, its end included.

    `key` when it is an instance's, `told` when its words say which of an account's instances. `shown` is a line
    that begins a list's item, `heading` one that begins a section.
    """

    raw: str
    end: str
    key: InstanceKey | None = None
    has_ordinal: bool = False
    is_item: bool = False
    heading: bool = False

    @property
    def text(self) -> str:
        return f"{self.raw}{self.end}"


@dataclass
class TrackerText:
    """A parsed text; joining its lines gives the very same text again."""

    lines: list[TrackerLine] = field(default_factory=list)
    newline: str = "\n"

    def __str__(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def keys(self) -> list[InstanceKey]:
        """The instances that have a line here, in order."""
        return [line.key for line in self.lines if line.key]


def looks_like_tracker(body: str) -> bool:
    """Whether people wrote this as a tracker: a task list with `Upgrade …` lines."""
    tasks = (TASK.fullmatch(line.raw) for line in parse(body).lines if line.is_item)
    return any(task and UPGRADE.search(task["rest"]) for task in tasks)


def ticked_keys(body: str) -> set[InstanceKey]:
    """The instances whose line is ticked."""
    keyed = ((line.key, TASK.fullmatch(line.raw)) for line in parse(body).lines)
    return {key for key, task in keyed if key and task and task["tick"] in "xX"}


def parse(body: str, known: Collection[str] = frozenset()) -> TrackerText:
    """The text's lines; `known` are the URLs of the fleet, which tell an instance's from those in remarks.

    Only what a reader sees as a list's item is an instance's line, with one exception: a line with mibot's marks is
    its instance's even where people hid it, unless another one is seen.
    """
    lines = _split_lines(body)
    _mark_blocks(lines)
    taken: set[InstanceKey] = set()
    for entry in sorted(lines, key=lambda line: not line.is_item):
        task = TASK.fullmatch(entry.raw) if entry.is_item or SEGMENT.search(entry.raw) else None
        if task is None or not UPGRADE.search(task["rest"]):
            continue
        words = SEGMENT.sub("", task["rest"])
        key, told = find_key(words, taken if entry.is_item else (), known)
        if key is not None and key not in taken:
            entry.key, entry.has_ordinal = key, told
            taken.add(key)
    return TrackerText(lines, "\r\n" if any(line.end == "\r\n" for line in lines) else "\n")


def _split_lines(body: str) -> list[TrackerLine]:
    lines = []
    for piece in re.findall(r"[^\n]*\n|[^\n]+\Z", body):
        end = "\r\n" if piece.endswith("\r\n") else "\n" if piece.endswith("\n") else ""
        lines.append(TrackerLine(piece[: len(piece) - len(end)], end))
    return lines


def _mark_blocks(lines: Sequence[TrackerLine]) -> None:
    """Note which lines begin an item or a section, as GitHub's Markdown has it: not in code, quotes or comments."""
    starts: set[int] = set()
    for token in _markdown.parse("\n".join(line.raw.replace("\r", " ") for line in lines)):
        if token.map is None:
            continue
        first = token.map[0]
        if token.type == "list_item_open":
            starts.add(first)
        elif token.type == "heading_open" and token.level == 0:
            lines[first].heading = True
        elif token.type == "inline" and first in starts:
            lines[first].is_item = True


def update_lines(text: TrackerText, items: Iterable[TrackerItem], *, own_ticks_only: bool = False) -> None:
    """Bring the lines of these items up to date in place; items without a line are left out. With `own_ticks_only`
    people's ticks do not stay.

    An account with more lines here than instances in the fleet is left alone where the lines don't say which is
    which.
    """
    wanted = {item.key: item for item in items}
    unclear = _ambiguous_accounts(text, wanted)
    for entry in text.lines:
        if entry.key in wanted and entry.key.url not in unclear:
            entry.raw = update_line(entry.raw, wanted[entry.key], own_ticks_only=own_ticks_only)


def _ambiguous_accounts(text: TrackerText, fleet: Collection[InstanceKey]) -> set[str]:
    """The accounts with several lines that don't say which instance is meant, and more lines than instances."""
    instances: Counter[str] = Counter()
    for key in fleet:
        instances[key.url] = max(instances[key.url], key.ordinal)
    untold = Counter(line.key.url for line in text.lines if line.key and not line.has_ordinal)
    return {key.url for key in text.keys if untold[key.url] > 1 and key.ordinal > instances[key.url]}
