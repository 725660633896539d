"""Replaces whole nodes of a YAML text by other values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.formats.yaml.events import LINE_BREAKS
from bot.formats.yaml.nodes import Node, ScalarNode, Tree
from bot.formats.yaml.text_editor import TextEditor
from bot.formats.yaml.values import Scalar, Style, Value
from bot.formats.yaml.writer import SerializedValue, Writer


class NodeContext(Enum):
    """Where in a text a node is."""

    ROOT = "the whole document"
    PAIR = "after the colon of a block mapping"
    ITEM = "after the dash of a block sequence"
    FLOW = "in brackets or braces"


@dataclass(frozen=True)
class NodePosition:
    """`after_indicator` is the position after the colon or dash; `column` is that of the key or dash."""

    context: NodeContext
    after_indicator: int
    column: int = 0
    gap: str = " "


def replace_node(editor: TextEditor, writer: Writer, node: Node, position: NodePosition, value: Value) -> None:
    """Replace a node of any kind."""
    old = node.value.style if isinstance(node, ScalarNode) and isinstance(node.value, Scalar) else None
    if position.context is NodeContext.FLOW:
        _replace_inline(editor, node, position, writer.inline(value, old=old))
    elif position.context is NodeContext.ROOT:
        _replace_root(editor, node, writer.document(value))
    else:
        _replace_block(editor, node, position, _serialize(writer, value, position, old))


def fill_empty_document(editor: TextEditor, tree: Tree, lines: Sequence[str]) -> None:
    """Write the content of a document that is empty."""
    text = tree.text
    if text[: tree.content_start].endswith("---"):
        editor.insert_below(tree.content_start, lines)
        return
    between = editor.newline if text and text[-1] not in LINE_BREAKS else ""
    editor.replace(len(text), len(text), between + "".join(f"{line}{editor.newline}" for line in lines))


def _serialize(writer: Writer, value: Value, position: NodePosition, old: Style | None) -> SerializedValue:
    if position.context is NodeContext.ITEM:
        return writer.compact(value, position.column, position.gap, old)
    return writer.block(value, position.column, old)


def _replace_root(editor: TextEditor, node: Node, lines: Sequence[str]) -> None:
    first = editor.line_start(node.start)
    end = node.end if isinstance(node, ScalarNode) else editor.line_end(node.end)
    content = editor.newline.join(lines)
    if editor.is_first_on_line(node.start):
        editor.replace(first, end, content)
    else:
        editor.replace(node.start, end, content if len(lines) == 1 else editor.newline + content)


def _replace_inline(editor: TextEditor, node: Node, position: NodePosition, head: str) -> None:
    if node.start == node.end:
        editor.replace(position.after_indicator, position.after_indicator, f" {head}" if head else "")
    else:
        editor.replace(node.start, node.end, head)


def _replace_block(editor: TextEditor, node: Node, position: NodePosition, written: SerializedValue) -> None:
    lead_end = editor.line_end(position.after_indicator)
    if node.start > lead_end:
        _replace_below(editor, node, position, written)
    elif not written.head and node.start < node.end:
        editor.replace(position.after_indicator, node.end, "")
        editor.insert_below(node.end, written.body)
    else:
        _replace_inline(editor, node, position, written.head)
        editor.insert_below(node.end, written.body)


def _replace_below(editor: TextEditor, node: Node, position: NodePosition, written: SerializedValue) -> None:
    """Replace a node that begins on a line below its key or dash."""
    end = node.end if isinstance(node, ScalarNode) else editor.line_end(node.end)
    first = editor.line_start(node.start)
    body = editor.newline.join(written.body)
    if written.head:
        editor.replace(position.after_indicator, position.after_indicator, f" {written.head}")
    if written.head and written.body:  # a comment in between would become part of the block scalar
        editor.replace(editor.line_end(position.after_indicator), end, editor.newline + body)
    elif written.body:
        editor.replace(first, end, body)
    else:
        editor.replace(editor.previous_line_break(first), end, "")
