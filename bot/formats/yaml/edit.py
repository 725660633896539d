"""Changing a YAML text so that it means something else, and leaving the rest of it as people wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.formats.yaml.events import BREAKS, YamlProblem
from bot.formats.yaml.parse import parse
from bot.formats.yaml.tree import Leaf, Listing, Node, Table, Tree
from bot.formats.yaml.value import Style, Value
from bot.formats.yaml.visitor import Visitor
from bot.formats.yaml.writer import Writer

_MARK = "\ufeff"


def edited(text: str, wanted: Value, *, drop_comments: bool) -> str:
    """The text with the smallest change that makes it mean `wanted`.

    What does not change stays byte for byte, and a changed scalar keeps its quotes. New entries go behind the last
    one of their mapping. A removed entry takes its own lines, with `drop_comments` also the comment directly above.
    Where an anchored value changes, those of its aliases that should not are written out. Raises YamlProblem for a
    text that can't be read, or a value that can't be written.
    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    tree = parse(text)
    if tree.value == wanted:
        return mark + text
    for attempt in _attempts(tree, wanted, drop_comments):
        if _means(attempt, wanted):
            return mark + attempt
    raise YamlProblem("can't be changed as it should be")


def _attempts(tree: Tree, wanted: Value, drop_comments: bool) -> Iterator[str]:
    """Ever coarser edits: whole nodes are rewritten where the finest one does not come out right."""
    levels = _depth(tree.root)
    writer = Writer.of(tree)
    yield Visitor(tree, writer, drop_comments, levels).edited(wanted)
    # What something removed leaves behind may become part of a block scalar above it: blank lines, deeper comments.
    yield Visitor(tree, writer, drop_comments, levels, clean=True).edited(wanted)
    tree = _ended(tree)
    writer = Writer.of(tree, literals=False)
    for finest in range(levels, -1, -1):
        yield Visitor(tree, writer, drop_comments, finest).edited(wanted)
    newline = "\r\n" if "\r\n" in tree.text else "\n"
    yield newline.join([*writer.document(wanted), ""])


def _ended(tree: Tree) -> Tree:
    """A text may end within a block scalar, without a line break: one that comes before something new would become
    part of it. Then it is the tree of a text that means the same and says that there is none (`|-`)."""
    node = tree.root
    while isinstance(node, Table | Listing):
        below = node.items if isinstance(node, Listing) else [pair.node for pair in node.pairs]
        node = max(below, key=lambda one: one.end, default=None)
    if not isinstance(node, Leaf) or node.value.style not in {Style.LITERAL, Style.FOLDED}:
        return tree
    header = tree.text.index(node.value.style.value, node.start)
    if tree.text[-1] in BREAKS or tree.text[header + 1 :].startswith("-"):
        return tree
    try:
        return parse(tree.text[: header + 1] + "-" + tree.text[header + 1 :].removeprefix("+"))
    except YamlProblem:
        return tree


def _means(text: str, wanted: Value) -> bool:
    try:
        return parse(text).value == wanted
    except YamlProblem:
        return False


def _depth(node: Node | None) -> int:
    if isinstance(node, Table):
        return 1 + max((_depth(pair.node) for pair in node.pairs), default=0)
    if isinstance(node, Listing):
        return 1 + max((_depth(item) for item in node.items), default=0)
    return 1
