"""The walk through a YAML tree that finds what is to be written anew, node by node."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from difflib import SequenceMatcher

from bot.formats.yaml.cuts import Cuts
from bot.formats.yaml.entries import Block, Entries, Flow, Span
from bot.formats.yaml.parse import merge_sources, merged_entries
from bot.formats.yaml.positions import Place, Spot, put, put_into_nothing
from bot.formats.yaml.tree import Alias, Leaf, Listing, Node, Pair, Table, Tree
from bot.formats.yaml.value import Map, Scalar, Sequence, Value
from bot.formats.yaml.writer import Writer


class Visitor:
    """Edits one tree, in the order of the text: what an anchor will mean is known when its aliases are met.

    Collections at the level `finest` and below are written anew as a whole when they change. With `clean`, what
    is left behind below something removed goes with it (`Cuts`).
    """

    def __init__(self, tree: Tree, writer: Writer, drop_comments: bool, finest: int, *, clean: bool = False) -> None:
        self.tree = tree
        self.drop_comments = drop_comments
        self.finest = finest
        self.cuts = Cuts(tree.text, clean=clean)
        self.writer = writer
        self.meanings: dict[Node, Value] = {}
        """What the anchored nodes will mean; one that is written anew has lost its anchor, and is not here."""

    def edited(self, wanted: Value) -> str:
        if self.tree.root is None:
            put_into_nothing(self.cuts, self.tree, self.writer.document(wanted))
        else:
            self.visit(self.tree.root, wanted, Place(Spot.ROOT, self.tree.lead, -self.writer.step), 0)
        return self.cuts.result()

    def visit(self, node: Node, wanted: Value, place: Place, level: int) -> None:
        """Make a node mean `wanted`."""
        if isinstance(node, Alias):
            if self.meanings.get(node.target) != wanted:
                put(self.cuts, self.writer, node, place, wanted)
        elif node.value == wanted and not self.is_stale(node):
            self.meanings.update((one, one.value) for one in below(node) if one.anchor)
        elif isinstance(node, Leaf) and isinstance(wanted, Scalar):
            self.leaf(node, wanted, place)
        elif level >= self.finest or not self.change(node, wanted, place.lead, level):
            put(self.cuts, self.writer, node, place, wanted)
        elif node.anchor:
            self.meanings[node] = wanted

    def is_stale(self, node: Node) -> bool:
        """Whether an alias in it stands for something outside of it that will mean something else."""
        inside = set(below(node))
        aliases = (one for one in inside if isinstance(one, Alias) and one.target not in inside)
        return any(self.meanings.get(alias.target) != alias.value for alias in aliases)

    def leaf(self, node: Leaf, wanted: Scalar, place: Place) -> None:
        put(self.cuts, self.writer, node, place, wanted)
        if node.anchor and node.start < node.end:
            self.cuts.replace(node.start, node.start, f"&{node.anchor} ")
            self.meanings[node] = wanted

    def change(self, node: Node, wanted: Value, lead: int, level: int) -> bool:
        """Change a collection entry by entry; False, and nothing done, where that can't be."""
        if isinstance(node, Listing) and isinstance(wanted, Sequence) and node.value.tag == wanted.tag:
            return bool(node.items and wanted.items) and self.listing(node, wanted, lead, level)
        if isinstance(node, Table) and isinstance(wanted, Map) and node.value.tag == wanted.tag and not node.odd:
            return bool(wanted.entries) and self.table(node, wanted, lead, level)
        return False

    def listing(self, node: Listing, wanted: Sequence, lead: int, level: int) -> bool:
        before = [item.value.meaning for item in node.items]
        after = [item.meaning for item in wanted.items]
        steps = _steps(before, after)
        if not any(last > first and new_last > new_first for _, first, last, new_first, new_last in steps):
            return False
        spans = [Span(start, item.end) for start, item in zip(_starts(node), node.items, strict=True)]
        entries = self.entries(node, spans, lead)
        for tag, first, last, new_first, new_last in steps:
            common = 0 if tag == "insert" else min(last - first, new_last - new_first)
            for offset in range(common):
                item = node.items[first + offset]
                inner = self.item_place(node, first + offset)
                self.visit(item, wanted.items[new_first + offset], inner, level + 1)
            entries.gone.update(range(first + common, last))
            new = wanted.items[new_first + common : new_last]
            entries.add(first + common, [self.item_lines(node, item) for item in new])
        entries.apply(self.drop_comments)
        return True

    def item_place(self, node: Listing, index: int) -> Place:
        if node.flow:
            return Place(Spot.FLOW, node.items[index].start)
        lead = node.dashes[index] + 1
        own = self.tree.text[lead : node.items[index].start]
        return Place(Spot.ITEM, lead, node.column, own if own and not own.strip(" ") else self.gap(node))

    def gap(self, node: Listing) -> str:
        """What stands between a dash and its item."""
        gaps = (self.tree.text[dash + 1 : item.start] for dash, item in zip(node.dashes, node.items, strict=True))
        return next((gap for gap in gaps if gap and not gap.strip(" ")), " ")

    def item_lines(self, node: Listing, value: Value) -> list[str]:
        if node.flow:
            return [self.writer.inline(value)]
        return self.writer.item(value, node.column, self.gap(node))

    def table(self, node: Table, wanted: Map, lead: int, level: int) -> bool:
        kept = {pair for pair in node.pairs if _keeps(node, pair, wanted)}
        merged = self.merged(node, wanted)
        if not kept and (merged is None or node.merge is None):
            return False
        pairs = sorted([*node.pairs, *([node.merge] if node.merge else [])], key=lambda pair: pair.start)
        spans = [Span(pair.start, pair.end) for pair in pairs]
        entries = self.entries(node, spans, lead)
        for index, pair in enumerate(pairs):
            if pair in kept:
                spot = Spot.FLOW if node.flow else Spot.PAIR
                self.visit(pair.node, wanted.entries[pair.key], Place(spot, pair.lead or 0, node.column), level + 1)
            elif pair is node.merge and (merged := self.merged(node, wanted)) is not None:
                self.meanings.update((one, one.value) for one in below(pair.node) if one.anchor)
            else:
                entries.gone.add(index)
        if len(entries.gone) == len(pairs):
            return False
        written = {pair.key for pair in kept}
        inherited = merged.entries if merged else {}
        new = [key for key in wanted.entries if key not in written and inherited.get(key) != wanted.entries[key]]
        entries.add(len(pairs), [self.entry_lines(node, wanted, key) for key in new])
        entries.apply(self.drop_comments)
        return True

    def merged(self, node: Table, wanted: Map) -> Map | None:
        """What the merge key will bring; None when it can't stay, since it brings a key that is not wanted."""
        if node.merge is None:
            return Map()
        source = node.merge.node
        nodes = source.items if isinstance(source, Listing) else (source,)
        if any(not isinstance(one, Alias) and self.is_stale(one) for one in nodes):
            return None
        values = [self.meanings.get(one.target) if isinstance(one, Alias) else one.value for one in nodes]
        if isinstance(source, Alias):
            values = [value for one in values for value in (merge_sources(one) if one is not None else (None,))]
        merged = merged_entries(tuple(value for value in values if value is not None))
        if merged is None or None in values or not merged.entries.keys() <= wanted.entries.keys():
            return None
        return merged if merged.plain <= wanted.plain else None

    def entry_lines(self, node: Table, wanted: Map, key: str) -> list[str]:
        if node.flow:
            inner = Map({key: wanted.entries[key]}, wanted.plain.intersection({key}))
            return [self.writer.inline(inner)[1:-1]]
        return self.writer.entry(wanted, key, node.column)

    def entries(self, node: Table | Listing, spans: list[Span], lead: int) -> Entries:
        return (Flow if node.flow else Block)(self.cuts, spans, lead)


def below(node: Node) -> Iterator[Node]:
    """A node and all that it contains; not what its aliases stand for."""
    yield node
    if isinstance(node, Listing):
        for item in node.items:
            yield from below(item)
    elif isinstance(node, Table):
        for pair in (*node.pairs, *([node.merge] if node.merge else [])):
            yield from below(pair.node)


def _steps(before: list[Hashable], after: list[Hashable]) -> list[tuple[str, int, int, int, int]]:
    """How to come from one list to the other, as `SequenceMatcher` says it; what both begin and end with stays."""
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


def _keeps(node: Table, pair: Pair, wanted: Map) -> bool:
    return pair.key in wanted and (pair.key in wanted.plain) == (pair.key in node.value.plain)


def _starts(node: Listing) -> list[int]:
    return [item.start for item in node.items] if node.flow else list(node.dashes)
