"""The tracker as a whole: people and mibot write in it by turns, and neither loses a word of the other's.

A tracker too long for one body goes on in comments: each part is a text of the same make. mibot owns one block at
the head of each, one at the end, and one segment a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.tracker.blocks import Block, with_block
from bot.domain.tracker.line import LONGEST_SEGMENT, SEGMENT, TASK, Item, Key, Section, own_line
from bot.domain.tracker.text import Line, Text, parse, update
from bot.formats.markdown import LIMIT

__all__ = ["GROWTH", "ROOM", "Block", "TooLong", "lay_out", "with_block"]

ROOM = 52_000
"""How full a part is planned, growth included: mibot's blocks grow too, and people need room to write in it."""
GROWTH = LONGEST_SEGMENT
"""Characters of mibot's segment that each line is planned with, whatever it has now."""
_NEW_BLOCK = re.compile(r"\s*([-*+#>|<`~]|\d+[.)])")


class TooLong(ValueError):  # noqa: N818 - named for what it says
    """A part does not fit GitHub's limit; people have to shorten what they wrote."""


def lay_out(parts: Sequence[str], items: Sequence[Item]) -> list[str]:
    """All parts with every item's line up to date; what is missing is added where it belongs and fits.

    `parts` are the texts as they are (the body first, then the comments that continue it); the answer has more
    parts when they don't hold everything. Raises TooLong when a part outgrows GitHub's limit.
    """
    known = {item.key.url for item in items}
    texts = [parse(part, known) for part in parts]
    for text in texts:
        update(text, items)
    home = {key: number for number, text in reversed(list(enumerate(texts))) for key in text.keys}
    loads = [sum(_planned(line) for line in text.lines) for text in texts]
    order = {item.key: place for place, item in enumerate(items)}
    current = 0
    for item in items:
        if item.key in home:
            current = max(current, home[item.key])
            continue
        line = Line(own_line(item), "\n", item.key, shown=True)
        while current < len(texts) and loads[current] + _planned(line) > ROOM:
            current += 1
        if current == len(texts):
            texts.append(Text())
            loads.append(0)
        _insert(texts[current], item, order)
        loads[current] += _planned(line)
    return [_fitting(str(text)) for text in texts]


def _planned(line: Line) -> int:
    """How long a line may become."""
    if line.key is None:
        return len(line.text)
    return len(SEGMENT.sub("", line.text)) + GROWTH


def _fitting(text: str) -> str:
    if len(text) > LIMIT:
        raise TooLong(
            f"the tracker no longer fits GitHub's limit of {LIMIT:,} characters; shorten what people wrote."
        )
    return text


def _insert(text: Text, item: Item, order: Mapping[Key, int]) -> None:
    """Add a line for `item`: after the nearest item before it in the order of work, in its own section."""
    start, end = _section(text, item.section)
    if start is None:
        _add_section(text, item)
        return
    place = order[item.key]
    there = [n for n in range(start + 1, end) if text.lines[n].key and text.lines[n].shown]
    before = [n for n in there if _place(text.lines[n], order, place) < place]
    if before:
        _put_task(text, _behind(text, before[-1], end), item, text.lines[before[-1]])
    elif there:
        _put_task(text, there[0], item, text.lines[there[0]])
    else:
        _put_task(text, _last_words(text, start, end), item)


def _place(line: Line, order: Mapping[Key, int], otherwise: int) -> int:
    return order.get(line.key, otherwise) if line.key else otherwise


def _section(text: Text, section: Section) -> tuple[int | None, int]:
    """Where a section's heading stands and where it ends: at the next heading, or at the closing block."""
    start = next((n for n, line in enumerate(text.lines) if line.heading and line.raw.strip() == section.value), None)
    if start is None:
        return None, len(text.lines)
    ends = (n for n in range(start + 1, len(text.lines)) if text.lines[n].heading or _opens_end(text.lines[n]))
    return start, next(ends, len(text.lines))


def _opens_end(line: Line) -> bool:
    return line.raw.startswith(Block.END.opening)


def _behind(text: Text, task: int, end: int) -> int:
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


def _indent(line: Line) -> int:
    return len(line.raw) - len(line.raw.lstrip())


def _last_words(text: Text, start: int, end: int) -> int:
    """The place behind the last line of a section that is not blank, with a blank line between."""
    position = 1 + max(n for n in range(start, end) if text.lines[n].raw.strip())
    _put(text, position, Line("", ""))
    return position + 1


def _put_task(text: Text, position: int, item: Item, beside: Line | None = None) -> None:
    """Put the item's line there, in the same list as the line that it comes to stand beside."""
    task = TASK.fullmatch(beside.raw) if beside else None
    raw = own_line(item, task["bullet"] if task else "- ")
    _put(text, position, Line(raw, "", item.key, shown=True))


def _put(text: Text, position: int, line: Line) -> None:
    if position > 0 and not text.lines[position - 1].end:
        text.lines[position - 1].end = text.newline
    line.end = text.newline
    text.lines.insert(position, line)


def _add_section(text: Text, item: Item) -> None:
    """Add the item's section with its line, before the closing block; internal instances before customers."""
    customers, _ = _section(text, Section.CUSTOMERS)
    closing = next((n for n, line in enumerate(text.lines) if _opens_end(line)), None)
    position = closing if closing is not None else len(text.lines)
    if item.section is Section.INTERNAL and customers is not None:
        position = customers
    heading = Line(item.section.value, "", heading=True)
    task = Line(own_line(item), "", item.key, shown=True)
    for offset, line in enumerate((heading, Line("", ""), task, Line("", ""))):
        _put(text, position + offset, line)
    if position and text.lines[position - 1].raw.strip():
        _put(text, position, Line("", ""))
