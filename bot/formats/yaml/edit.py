"""Changing a YAML text so that it means something else, and leaving the rest of it as people wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.formats.yaml.events import LINE_BREAKS, YamlDocumentError
from bot.formats.yaml.parse import parse
from bot.formats.yaml.tree import MappingNode, Node, ScalarNode, SequenceNode, Tree
from bot.formats.yaml.value import Style, Value
from bot.formats.yaml.visitor import TreeEditor
from bot.formats.yaml.writer import Writer

_BOM = "\ufeff"


def edit_text(text: str, wanted: Value, *, drop_comments: bool) -> str:
    """The text with the smallest change that makes it mean `wanted`.

    What does not change stays byte for byte, and a changed scalar keeps its quotes. New entries go behind the last
    one of their mapping. A removed entry takes its own lines, with `drop_comments` also the comment directly above.
    Where an anchored value changes, those of its aliases that should not are written out. Raises YamlProblem for a
    text that can't be read, or a value that can't be written.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    tree = parse(text)
    if tree.value == wanted:
        return mark + text
    for attempt in _attempts(tree, wanted, drop_comments):
        if _has_value(attempt, wanted):
            return mark + attempt
    raise YamlDocumentError("can't be changed as it should be")


def _attempts(tree: Tree, wanted: Value, drop_comments: bool) -> Iterator[str]:
    """Ever coarser edits: whole nodes are rewritten where the finest one does not come out right."""
    levels = _depth(tree.root)
    writer = Writer.for_tree(tree)
    yield TreeEditor(tree, writer, drop_comments, levels).edit(wanted)
    # What something removed leaves behind may become part of a block scalar above it: blank lines, deeper comments.
    yield TreeEditor(tree, writer, drop_comments, levels, drop_leftovers=True).edit(wanted)
    tree = _close_trailing_block_scalar(tree)
    writer = Writer.for_tree(tree, allow_literals=False)
    for finest in range(levels, -1, -1):
        yield TreeEditor(tree, writer, drop_comments, finest).edit(wanted)
    newline = "\r\n" if "\r\n" in tree.text else "\n"
    yield newline.join([*writer.document(wanted), ""])


def _close_trailing_block_scalar(tree: Tree) -> Tree:
    """A text may end within a block scalar, without a line break: one that comes before something new would become
    part of it. Then it is the tree of a text that means the same and says that there is none (`|-`)."""
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
        return parse(tree.text[: header + 1] + "-" + tree.text[header + 1 :].removeprefix("+"))
    except YamlDocumentError:
        return tree


def _has_value(text: str, wanted: Value) -> bool:
    try:
        return parse(text).value == wanted
    except YamlDocumentError:
        return False


def _depth(node: Node | None) -> int:
    if isinstance(node, MappingNode):
        return 1 + max((_depth(pair.node) for pair in node.pairs), default=0)
    if isinstance(node, SequenceNode):
        return 1 + max((_depth(item) for item in node.items), default=0)
    return 1
