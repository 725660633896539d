"""Where a value stands in a YAML text, and how another one is put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.formats.yaml.cuts import TextEditor
from bot.formats.yaml.events import LINE_BREAKS
from bot.formats.yaml.tree import Node, ScalarNode, Tree
from bot.formats.yaml.value import Scalar, Style, Value
from bot.formats.yaml.writer import SerializedValue, Writer


class NodeContext(Enum):
    ROOT = "the whole document"
    PAIR = "behind the colon of a block mapping"
    ITEM = "behind the dash of a block sequence"
    FLOW = "in brackets or braces"


@dataclass(frozen=True)
class NodePosition:
    """`lead` is the position behind the colon or the dash; `column` is the key's or the dash's own."""

    context: NodeContext
    after_indicator: int
    column: int = 0
    gap: str = " "


def replace_node(cuts: TextEditor, writer: Writer, node: Node, place: NodePosition, value: Value) -> None:
    """Replace a node of any kind."""
    old = node.value.style if isinstance(node, ScalarNode) and isinstance(node.value, Scalar) else None
    if place.context is NodeContext.FLOW:
        _replace_inline(cuts, node, place, writer.inline(value, old=old))
    elif place.context is NodeContext.ROOT:
        _replace_root(cuts, node, writer.document(value))
    else:
        _replace_block(cuts, node, place, _serialize(writer, value, place, old))


def fill_empty_document(cuts: TextEditor, tree: Tree, lines: Sequence[str]) -> None:
    """Write the content of a document that has none."""
    text = tree.text
    if text[: tree.content_start].endswith("---"):
        cuts.insert_below(tree.content_start, lines)
        return
    between = cuts.newline if text and text[-1] not in LINE_BREAKS else ""
    cuts.replace(len(text), len(text), between + "".join(f"{line}{cuts.newline}" for line in lines))


def _serialize(writer: Writer, value: Value, place: NodePosition, old: Style | None) -> SerializedValue:
    if place.context is NodeContext.ITEM:
        return writer.compact(value, place.column, place.gap, old)
    return writer.block(value, place.column, old)


def _replace_root(cuts: TextEditor, node: Node, lines: Sequence[str]) -> None:
    first = cuts.line_start(node.start)
    end = node.end if isinstance(node, ScalarNode) else cuts.line_end(node.end)
    content = cuts.newline.join(lines)
    if cuts.is_first_on_line(node.start):
        cuts.replace(first, end, content)
    else:
        cuts.replace(node.start, end, content if len(lines) == 1 else cuts.newline + content)


def _replace_inline(cuts: TextEditor, node: Node, place: NodePosition, head: str) -> None:
    if node.start == node.end:
        cuts.replace(place.after_indicator, place.after_indicator, f" {head}" if head else "")
    else:
        cuts.replace(node.start, node.end, head)


def _replace_block(cuts: TextEditor, node: Node, place: NodePosition, written: SerializedValue) -> None:
    lead_end = cuts.line_end(place.after_indicator)
    if node.start > lead_end:
        _replace_below(cuts, node, place, written)
    elif not written.head and node.start < node.end:
        cuts.replace(place.after_indicator, node.end, "")
        cuts.insert_below(node.end, written.body)
    else:
        _replace_inline(cuts, node, place, written.head)
        cuts.insert_below(node.end, written.body)


def _replace_below(cuts: TextEditor, node: Node, place: NodePosition, written: SerializedValue) -> None:
    """Replace a node that begins in a line of its own, below its key or dash."""
    end = node.end if isinstance(node, ScalarNode) else cuts.line_end(node.end)
    first = cuts.line_start(node.start)
    body = cuts.newline.join(written.body)
    if written.head:
        cuts.replace(place.after_indicator, place.after_indicator, f" {written.head}")
    if written.head and written.body:  # a comment in between would be taken for the text of the block scalar
        cuts.replace(cuts.line_end(place.after_indicator), end, cuts.newline + body)
    elif written.body:
        cuts.replace(first, end, body)
    else:
        cuts.replace(cuts.previous_line_break(first), end, "")
