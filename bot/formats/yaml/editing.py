"""Edits of a YAML text that change its meaning and leave the rest of it as it is."""

from __future__ import annotations

from collections.abc import Iterator

from bot.formats.yaml.errors import YamlError, YamlProblem
from bot.formats.yaml.events import LINE_BREAKS
from bot.formats.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode, Tree
from bot.formats.yaml.parsing import parse_tree
from bot.formats.yaml.tree_editor import TreeEditor
from bot.formats.yaml.values import Style, Value
from bot.formats.yaml.writer import Writer

_BOM = "\ufeff"


def edit(text: str, wanted: Value, *, drop_comments: bool) -> str:
    """The text with the smallest change that makes it mean `wanted`.

    What does not change stays byte for byte, and a changed scalar keeps its quotes. New entries go to the end of
    their mapping. A removed entry takes its own lines with it, and with `drop_comments` also the comment directly
    above it. If an anchored value changes, aliases that must keep the old value are replaced by it. Raises YamlError
    for a text that cannot be read, or a value that cannot be written.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    tree = parse_tree(text)
    if tree.value == wanted:
        return mark + text
    for attempt in _attempts(tree, wanted, drop_comments):
        if _has_value(attempt, wanted):
            return mark + attempt
    raise YamlError(YamlProblem.NOT_EDITABLE)


def _attempts(tree: Tree, wanted: Value, drop_comments: bool) -> Iterator[str]:
    """Edits from fine to coarse. A coarser one rewrites whole nodes, for when a finer one does not give the value."""
    levels = _depth(tree.root)
    writer = Writer.for_tree(tree)
    yield TreeEditor(tree, writer, drop_comments, levels).edit(wanted)
    # Blank lines and deeper comments below something removed can become part of a block scalar above it.
    yield TreeEditor(tree, writer, drop_comments, levels, drop_leftovers=True).edit(wanted)
    tree = _close_trailing_block_scalar(tree)
    writer = Writer.for_tree(tree, allow_literals=False)
    for level in range(levels, -1, -1):
        yield TreeEditor(tree, writer, drop_comments, level).edit(wanted)
    newline = "\r\n" if "\r\n" in tree.text else "\n"
    yield newline.join([*writer.document(wanted), ""])


def _close_trailing_block_scalar(tree: Tree) -> Tree:
    """The tree of a text with the same meaning to which lines can be appended.

    A text may end inside a block scalar, without a line break. A line break before appended lines would become part
    of the scalar, so its header says that there is none (`|-`).
    """
    node = tree.root
    while isinstance(node, MappingNode | SequenceNode):
        below = node.items if isinstance(node, SequenceNode) else [pair.node for pair in node.pairs]
        node = max(below, key=lambda one: one.end, default=None)
    if not isinstance(node, ScalarNode) or node.value.style not in {Style.LITERAL, Style.FOLDED}:
        return tree
    header = tree.text.index(node.value.style.value, node.start)
    if tree.text[-1] in LINE_BREAKS or tree.text[header + 1 :].startswith("-"):
        return tree
    try:
        return parse_tree(tree.text[: header + 1] + "-" + tree.text[header + 1 :].removeprefix("+"))
    except YamlError:
        return tree


def _has_value(text: str, wanted: Value) -> bool:
    try:
        return parse_tree(text).value == wanted
    except YamlError:
        return False


def _depth(node: Node | None) -> int:
    if isinstance(node, MappingNode):
        return 1 + max((_depth(pair.node) for pair in node.pairs), default=0)
    if isinstance(node, SequenceNode):
        return 1 + max((_depth(item) for item in node.items), default=0)
    return 1
