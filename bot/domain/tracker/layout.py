"""The tracker as a whole: people and mibot write in it by turns, and neither loses a word of the other's.

A tracker too long for one body goes on in comments: each part is a text of the same make. mibot owns one block at
the head of each, one at the end, and one segment a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.tracker.blocks import Block, with_block, without_title
from bot.domain.tracker.line import (
    MAX_SEGMENT_LENGTH,
    SEGMENT,
    TASK,
    InstanceKey,
    Section,
    TrackerItem,
    render_line,
)
from bot.domain.tracker.text import TrackerLine, TrackerText, parse, update_lines
from bot.formats.documents import stored
from bot.formats.markdown import MAX_BODY_LENGTH

__all__ = [
    "PART_BUDGET",
    "SEGMENT_RESERVE",
    "Block",
    "TrackerTooLong",
    "TrackerTooLongError",
    "lay_out",
    "with_block",
    "without_title",
]

PART_BUDGET = 52_000
"""How full a part is planned, growth included: mibot's blocks grow too, and people need room to write in it."""
SEGMENT_RESERVE = MAX_SEGMENT_LENGTH
"""Characters of mibot's segment that each line is planned with, whatever it has now."""
_NEW_BLOCK = re.compile(r"\s*([-*+#>|<`~]|\d+[.)])")


@stored("tracker.too_long", max_characters="max_characters")
@dataclass(frozen=True)
class TrackerTooLong(Reason):
    """A part of the tracker does not fit GitHub's limit. People have to shorten what they wrote."""

    max_characters: int


class TrackerTooLongError(ValueError):
    """Raised for a part that does not fit."""

    def __init__(self, reason: TrackerTooLong) -> None:
        super().__init__(reason)
        self.reason = reason


def lay_out(parts: Sequence[str], items: Sequence[TrackerItem], *, own_ticks_only: bool = False) -> list[str]:
    """All parts with every item's line up to date; what is missing is added where it belongs and fits.

    `parts` are the texts as they are (the body first, then the comments that continue it); the answer has more
    parts when they don't hold everything. With `own_ticks_only` people's ticks do not stay. Raises
    TrackerTooLongError when a part outgrows GitHub's limit.
    """
    known = {item.key.url for item in items}
    texts = [parse(part, known) for part in parts]
    for text in texts:
        update_lines(text, items, own_ticks_only=own_ticks_only)
    home = {key: number for number, text in reversed(list(enumerate(texts))) for key in text.keys}
    loads = [sum(_max_length(line) for line in text.lines) for text in texts]
    order = {item.key: place for place, item in enumerate(items)}
    current = 0
    for item in items:
        if item.key in home:
            current = max(current, home[item.key])
            continue
        line = TrackerLine(render_line(item), "\n", item.key, is_item=True)
        while current < len(texts) and loads[current] + _max_length(line) > PART_BUDGET:
            current += 1
        if current == len(texts):
            texts.append(TrackerText())
            loads.append(0)
        _insert(texts[current], item, order)
        loads[current] += _max_length(line)
    return [_check_limit(str(text)) for text in texts]


def _max_length(line: TrackerLine) -> int:
    """How long a line may become."""
    if line.key is None:
        return len(line.text)
    return len(SEGMENT.sub("", line.text)) + SEGMENT_RESERVE


def _check_limit(text: str) -> str:
    if len(text) > MAX_BODY_LENGTH:
        raise TrackerTooLongError(TrackerTooLong(MAX_BODY_LENGTH))
    return text


def _insert(text: TrackerText, item: TrackerItem, order: Mapping[InstanceKey, int]) -> None:
    """Add a line for `item`: after the nearest item before it in the order of work, in its own section."""
    start, end = _section(text, item.section)
    if start is None:
        _add_section(text, item)
        return
    place = order[item.key]
    there = [n for n in range(start + 1, end) if text.lines[n].key and text.lines[n].is_item]
    before = [n for n in there if _rank(text.lines[n], order, place) < place]
    if before:
        _put_task(text, _end_of_task(text, before[-1], end), item, text.lines[before[-1]])
    elif there:
        _put_task(text, there[0], item, text.lines[there[0]])
    else:
        _put_task(text, _end_of_section(text, start, end), item)


def _rank(line: TrackerLine, order: Mapping[InstanceKey, int], otherwise: int) -> int:
    return order.get(line.key, otherwise) if line.key else otherwise


def _section(text: TrackerText, section: Section) -> tuple[int | None, int]:
    """Where a section's heading stands and where it ends: at the next heading, or at the closing block."""
    start = next((n for n, line in enumerate(text.lines) if line.heading and line.raw.strip() == section.value), None)
    if start is None:
        return None, len(text.lines)
    ends = (n for n in range(start + 1, len(text.lines)) if text.lines[n].heading or _starts_end_block(text.lines[n]))
    return start, next(ends, len(text.lines))


def _starts_end_block(line: TrackerLine) -> bool:
    return line.raw.startswith(Block.END.opening)


def _end_of_task(text: TrackerText, task: int, end: int) -> int:
    """The place behind a list's item with all that belongs to it: lines that go on with it, and nested ones."""
    indent = _indent(text.lines[task])
    position = task + 1
    for number in range(task + 1, end):
        line = text.lines[number]
        goes_on = number == position and _NEW_BLOCK.match(line.raw) is None
        if line.raw.strip() and (_indent(line) > indent or goes_on):
            position = number + 1
        elif line.raw.strip():
            break
    return position


def _indent(line: TrackerLine) -> int:
    return len(line.raw) - len(line.raw.lstrip())


def _end_of_section(text: TrackerText, start: int, end: int) -> int:
    """The place behind the last line of a section that is not blank, with a blank line between."""
    position = 1 + max(n for n in range(start, end) if text.lines[n].raw.strip())
    _put(text, position, TrackerLine("", ""))
    return position + 1


def _put_task(text: TrackerText, position: int, item: TrackerItem, beside: TrackerLine | None = None) -> None:
    """Put the item's line there, in the same list as the line that it comes to stand beside."""
    task = TASK.fullmatch(beside.raw) if beside else None
    raw = render_line(item, task["bullet"] if task else "- ")
    _put(text, position, TrackerLine(raw, "", item.key, is_item=True))


def _put(text: TrackerText, position: int, line: TrackerLine) -> None:
    if position > 0 and not text.lines[position - 1].end:
        text.lines[position - 1].end = text.newline
    line.end = text.newline
    text.lines.insert(position, line)


def _add_section(text: TrackerText, item: TrackerItem) -> None:
    """Add the item's section with its line, before the closing block; internal instances before customers."""
    customers, _ = _section(text, Section.CUSTOMERS)
    closing = next((n for n, line in enumerate(text.lines) if _starts_end_block(line)), None)
    position = closing if closing is not None else len(text.lines)
    if item.section is Section.INTERNAL and customers is not None:
        position = customers
    heading = TrackerLine(item.section.value, "", heading=True)
    task = TrackerLine(render_line(item), "", item.key, is_item=True)
    for offset, line in enumerate((heading, TrackerLine("", ""), task, TrackerLine("", ""))):
        _put(text, position + offset, line)
    if position and text.lines[position - 1].raw.strip():
        _put(text, position, TrackerLine("", ""))
