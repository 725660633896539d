"""Walks a YAML tree, finds the nodes that must change, and edits the text."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from difflib import SequenceMatcher

from bot.formats.yaml.collection_edits import BlockEdit, CollectionEdit, FlowEdit, Span
from bot.formats.yaml.nodes import AliasNode, MappingNode, Node, Pair, ScalarNode, SequenceNode, Tree
from bot.formats.yaml.parsing import merge_entries, merge_sources
from bot.formats.yaml.replacing import NodeContext, NodePosition, fill_empty_document, replace_node
from bot.formats.yaml.text_editor import TextEditor
from bot.formats.yaml.values import Map, Scalar, Sequence, Value
from bot.formats.yaml.writer import Writer


class TreeEditor:
    """Edits one tree in the order of the text, so that the new value of an anchor is known before its aliases.

    Collections at `rewrite_level` and below are rewritten as a whole if they change. For `drop_leftovers`, see
    `TextEditor`.
    """

    def __init__(
        self, tree: Tree, writer: Writer, drop_comments: bool, rewrite_level: int, *, drop_leftovers: bool = False
    ) -> None:
        self.tree = tree
        self.drop_comments = drop_comments
        self.rewrite_level = rewrite_level
        self.editor = TextEditor(tree.text, drop_leftovers=drop_leftovers)
        self.writer = writer
        self.anchor_values: dict[Node, Value] = {}
        """The new values of anchored nodes. A rewritten node has lost its anchor and is not here."""

    def edit(self, wanted: Value) -> str:
        """The text with the edits that make it mean `wanted`, unless it needs a coarser edit."""
        if self.tree.root is None:
            fill_empty_document(self.editor, self.tree, self.writer.document(wanted))
        else:
            self.edit_node(
                self.tree.root,
                wanted,
                NodePosition(NodeContext.ROOT, self.tree.content_start, -self.writer.indent),
                0,
            )
        return self.editor.result()

    def edit_node(self, node: Node, wanted: Value, position: NodePosition, level: int) -> None:
        """Edit a node so that it means `wanted`."""
        if isinstance(node, AliasNode):
            if self.anchor_values.get(node.target) != wanted:
                replace_node(self.editor, self.writer, node, position, wanted)
        elif node.value == wanted and not self.is_stale(node):
            self.anchor_values.update((one, one.value) for one in walk(node) if one.anchor)
        elif isinstance(node, ScalarNode) and isinstance(wanted, Scalar):
            self.edit_scalar(node, wanted, position)
        elif level >= self.rewrite_level or not self.edit_collection(node, wanted, position.after_indicator, level):
            replace_node(self.editor, self.writer, node, position, wanted)
        elif node.anchor:
            self.anchor_values[node] = wanted

    def is_stale(self, node: Node) -> bool:
        """Whether an alias in it refers to something outside of it whose value changes."""
        inside = set(walk(node))
        aliases = (one for one in inside if isinstance(one, AliasNode) and one.target not in inside)
        return any(self.anchor_values.get(alias.target) != alias.value for alias in aliases)

    def edit_scalar(self, node: ScalarNode, wanted: Scalar, position: NodePosition) -> None:
        replace_node(self.editor, self.writer, node, position, wanted)
        if node.anchor and node.start < node.end:
            self.editor.replace(node.start, node.start, f"&{node.anchor} ")
            self.anchor_values[node] = wanted

    def edit_collection(self, node: Node, wanted: Value, after_indicator: int, level: int) -> bool:
        """Edit a collection entry by entry. Returns False, without an edit, if that is not possible."""
        if isinstance(node, SequenceNode) and isinstance(wanted, Sequence) and node.value.tag == wanted.tag:
            return bool(node.items and wanted.items) and self.edit_sequence(node, wanted, after_indicator, level)
        if (
            isinstance(node, MappingNode)
            and isinstance(wanted, Map)
            and node.value.tag == wanted.tag
            and not node.irregular
        ):
            return bool(wanted.entries) and self.edit_mapping(node, wanted, after_indicator, level)
        return False

    def edit_sequence(self, node: SequenceNode, wanted: Sequence, after_indicator: int, level: int) -> bool:
        before = [item.value.equality_key for item in node.items]
        after = [item.equality_key for item in wanted.items]
        steps = _diff_opcodes(before, after)
        if not any(last > first and new_last > new_first for _, first, last, new_first, new_last in steps):
            return False
        spans = [Span(start, item.end) for start, item in zip(_item_starts(node), node.items, strict=True)]
        entries = self.collection_edit(node, spans, after_indicator)
        for tag, first, last, new_first, new_last in steps:
            common = 0 if tag == "insert" else min(last - first, new_last - new_first)
            for offset in range(common):
                item = node.items[first + offset]
                inner = self.item_position(node, first + offset)
                self.edit_node(item, wanted.items[new_first + offset], inner, level + 1)
            entries.removed.update(range(first + common, last))
            new = wanted.items[new_first + common : new_last]
            entries.add(first + common, [self.item_lines(node, item) for item in new])
        entries.apply(self.drop_comments)
        return True

    def item_position(self, node: SequenceNode, index: int) -> NodePosition:
        if node.flow:
            return NodePosition(NodeContext.FLOW, node.items[index].start)
        after_indicator = node.dashes[index] + 1
        own = self.tree.text[after_indicator : node.items[index].start]
        return NodePosition(
            NodeContext.ITEM, after_indicator, node.column, own if own and not own.strip(" ") else self.dash_gap(node)
        )

    def dash_gap(self, node: SequenceNode) -> str:
        """The space between a dash and its item."""
        gaps = (self.tree.text[dash + 1 : item.start] for dash, item in zip(node.dashes, node.items, strict=True))
        return next((gap for gap in gaps if gap and not gap.strip(" ")), " ")

    def item_lines(self, node: SequenceNode, value: Value) -> list[str]:
        if node.flow:
            return [self.writer.inline(value)]
        return self.writer.item(value, node.column, self.dash_gap(node))

    def edit_mapping(self, node: MappingNode, wanted: Map, after_indicator: int, level: int) -> bool:
        kept = {pair for pair in node.pairs if _is_kept(node, pair, wanted)}
        merged = self.merge_key_value(node, wanted)
        if not kept and (merged is None or node.merge is None):
            return False
        pairs = sorted([*node.pairs, *([node.merge] if node.merge else [])], key=lambda pair: pair.start)
        spans = [Span(pair.start, pair.end) for pair in pairs]
        entries = self.collection_edit(node, spans, after_indicator)
        for index, pair in enumerate(pairs):
            if pair in kept:
                spot = NodeContext.FLOW if node.flow else NodeContext.PAIR
                self.edit_node(
                    pair.node,
                    wanted.entries[pair.key],
                    NodePosition(spot, pair.after_colon or 0, node.column),
                    level + 1,
                )
            elif pair is node.merge and (merged := self.merge_key_value(node, wanted)) is not None:
                self.anchor_values.update((one, one.value) for one in walk(pair.node) if one.anchor)
            else:
                entries.removed.add(index)
        if len(entries.removed) == len(pairs):
            return False
        written = {pair.key for pair in kept}
        inherited = merged.entries if merged else {}
        new = [key for key in wanted.entries if key not in written and inherited.get(key) != wanted.entries[key]]
        entries.add(len(pairs), [self.entry_lines(node, wanted, key) for key in new])
        entries.apply(self.drop_comments)
        return True

    def merge_key_value(self, node: MappingNode, wanted: Map) -> Map | None:
        """The entries that the merge key will bring. None if it must go because it brings an unwanted key."""
        if node.merge is None:
            return Map()
        source = node.merge.node
        nodes = source.items if isinstance(source, SequenceNode) else (source,)
        if any(not isinstance(one, AliasNode) and self.is_stale(one) for one in nodes):
            return None
        values = [self.anchor_values.get(one.target) if isinstance(one, AliasNode) else one.value for one in nodes]
        if isinstance(source, AliasNode):
            values = [value for one in values for value in (merge_sources(one) if one is not None else (None,))]
        merged = merge_entries(tuple(value for value in values if value is not None))
        if merged is None or None in values or not merged.entries.keys() <= wanted.entries.keys():
            return None
        return merged if merged.plain_keys <= wanted.plain_keys else None

    def entry_lines(self, node: MappingNode, wanted: Map, key: str) -> list[str]:
        if node.flow:
            inner = Map({key: wanted.entries[key]}, wanted.plain_keys.intersection({key}))
            return [self.writer.inline(inner)[1:-1]]
        return self.writer.entry(wanted, key, node.column)

    def collection_edit(
        self, node: MappingNode | SequenceNode, spans: list[Span], after_indicator: int
    ) -> CollectionEdit:
        return (FlowEdit if node.flow else BlockEdit)(self.editor, spans, after_indicator)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it, without the targets of its aliases."""
    yield node
    if isinstance(node, SequenceNode):
        for item in node.items:
            yield from walk(item)
    elif isinstance(node, MappingNode):
        for pair in (*node.pairs, *([node.merge] if node.merge else [])):
            yield from walk(pair.node)


def _diff_opcodes(before: list[Hashable], after: list[Hashable]) -> list[tuple[str, int, int, int, int]]:
    """The steps from one list to the other, as `SequenceMatcher` gives them. A common beginning and end stays."""
    shorter = min(len(before), len(after))
    head = next((index for index in range(shorter) if before[index] != after[index]), shorter)
    rest = shorter - head
    tail = next((index for index in range(rest) if before[-1 - index] != after[-1 - index]), rest)
    middle = SequenceMatcher(None, before[head : len(before) - tail], after[head : len(after) - tail], autojunk=False)
    return [
        ("equal", 0, head, 0, head),
        *((tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle.get_opcodes()),
        ("equal", len(before) - tail, len(before), len(after) - tail, len(after)),
    ]


def _is_kept(node: MappingNode, pair: Pair, wanted: Map) -> bool:
    return pair.key in wanted and (pair.key in wanted.plain_keys) == (pair.key in node.value.plain_keys)


def _item_starts(node: SequenceNode) -> list[int]:
    return [item.start for item in node.items] if node.flow else list(node.dashes)
