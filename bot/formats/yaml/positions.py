"""Where a value stands in a YAML text, and how another one is put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.formats.yaml.cuts import Cuts
from bot.formats.yaml.events import BREAKS
from bot.formats.yaml.tree import Leaf, Node, Tree
from bot.formats.yaml.value import Scalar, Style, Value
from bot.formats.yaml.writer import Writer, Written


class Spot(Enum):
    ROOT = "the whole document"
    PAIR = "behind the colon of a block mapping"
    ITEM = "behind the dash of a block sequence"
    FLOW = "in brackets or braces"


@dataclass(frozen=True)
class Place:
    """`lead` is the position behind the colon or the dash; `column` is the key's or the dash's own."""

    spot: Spot
    lead: int
    column: int = 0
    gap: str = " "


def put(cuts: Cuts, writer: Writer, node: Node, place: Place, value: Value) -> None:
    """Replace a node of any kind."""
    old = node.value.style if isinstance(node, Leaf) and isinstance(node.value, Scalar) else None
    if place.spot is Spot.FLOW:
        _put_head(cuts, node, place, writer.inline(value, old=old))
    elif place.spot is Spot.ROOT:
        _put_root(cuts, node, writer.document(value))
    else:
        _put_block(cuts, node, place, _written(writer, value, place, old))


def put_into_nothing(cuts: Cuts, tree: Tree, lines: Sequence[str]) -> None:
    """Write the content of a document that has none."""
    text = tree.text
    if text[: tree.lead].endswith("---"):
        cuts.insert_below(tree.lead, lines)
        return
    between = cuts.newline if text and text[-1] not in BREAKS else ""
    cuts.replace(len(text), len(text), between + "".join(f"{line}{cuts.newline}" for line in lines))


def _written(writer: Writer, value: Value, place: Place, old: Style | None) -> Written:
    if place.spot is Spot.ITEM:
        return writer.compact(value, place.column, place.gap, old)
    return writer.block(value, place.column, old)


def _put_root(cuts: Cuts, node: Node, lines: Sequence[str]) -> None:
    first = cuts.line_start(node.start)
    end = node.end if isinstance(node, Leaf) else cuts.line_end(node.end)
    content = cuts.newline.join(lines)
    if cuts.is_first(node.start):
        cuts.replace(first, end, content)
    else:
        cuts.replace(node.start, end, content if len(lines) == 1 else cuts.newline + content)


def _put_head(cuts: Cuts, node: Node, place: Place, head: str) -> None:
    if node.start == node.end:
        cuts.replace(place.lead, place.lead, f" {head}" if head else "")
    else:
        cuts.replace(node.start, node.end, head)


def _put_block(cuts: Cuts, node: Node, place: Place, written: Written) -> None:
    lead_end = cuts.line_end(place.lead)
    if node.start > lead_end:
        _put_below(cuts, node, place, written)
    elif not written.head and node.start < node.end:
        cuts.replace(place.lead, node.end, "")
        cuts.insert_below(node.end, written.body)
    else:
        _put_head(cuts, node, place, written.head)
        cuts.insert_below(node.end, written.body)


def _put_below(cuts: Cuts, node: Node, place: Place, written: Written) -> None:
    """Replace a node that begins in a line of its own, below its key or dash."""
    end = node.end if isinstance(node, Leaf) else cuts.line_end(node.end)
    first = cuts.line_start(node.start)
    body = cuts.newline.join(written.body)
    if written.head:
        cuts.replace(place.lead, place.lead, f" {written.head}")
    if written.head and written.body:  # a comment in between would be taken for the text of the block scalar
        cuts.replace(cuts.line_end(place.lead), end, cuts.newline + body)
    elif written.body:
        cuts.replace(first, end, body)
    else:
        cuts.replace(cuts.break_before(first), end, "")
