"""Parses YAML texts: the tree of a text, and what a text means."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from bot.formats.yaml.errors import YamlError, YamlProblem
from bot.formats.yaml.events import (
    LINE_BREAKS,
    YamlEvent,
    document_events,
    line_number,
    line_starts,
    skip_to_token,
)
from bot.formats.yaml.nodes import AliasNode, MappingNode, Node, Pair, ScalarNode, SequenceNode, Tree
from bot.formats.yaml.values import STR_TAG, Map, Scalar, Sequence, Style, Value, normalize_tag

_MAX_DEPTH = 60
_MAX_VALUES = 200_000
"""The most values that a document may have, its aliases resolved."""


@lru_cache(maxsize=64)
def parse_tree(text: str) -> Tree:
    """The tree of a text without a byte order mark. Raises YamlError."""
    builder = _Builder(text, document_events(text))
    return builder.tree()


def parse(text: str) -> Value:
    """What a YAML text means; an empty one is a null. Raises YamlError."""
    return parse_tree(text.removeprefix("\ufeff")).value


def merge_entries(sources: tuple[Value, ...]) -> Map | None:
    """The entries that a merge key brings: the first source of a key wins. None if a source is not a mapping."""
    entries: dict[str, Value] = {}
    plain: set[str] = set()
    for source in reversed(sources):
        if not isinstance(source, Map):
            return None
        entries.update(source.entries)
        plain |= source.plain_keys
    return Map(entries, frozenset(plain))


def merge_sources(value: Value) -> tuple[Value, ...]:
    """The mappings that the value of a merge key refers to."""
    return value.items if isinstance(value, Sequence) else (value,)


class _Builder:
    """Builds nodes from events, in the order of the text.

    The start of a node is found from what is before it, because the parser's own mark omits a tag that comes before
    an anchor.
    """

    def __init__(self, text: str, events: Iterator[YamlEvent]) -> None:
        self.text = text
        self.events = events
        self.anchors: dict[str, Node | None] = {}
        self.line_starts = line_starts(text)
        self.depth = 0
        self.total = 0

    def tree(self) -> Tree:
        document = next(self.events, None)
        if document is None:
            return Tree(self.text, len(self.text), None)
        root = self.node(next(self.events), document.end)
        for _ in self.events:  # raises for a second document
            pass
        return Tree(
            self.text, document.end, None if isinstance(root, ScalarNode) and root.start == root.end else root
        )

    def error(self, problem: YamlProblem, event: YamlEvent) -> YamlError:
        return YamlError(problem, line_number(self.text, event.start))

    def count(self, values: int, event: YamlEvent) -> None:
        self.total += values
        if self.total > _MAX_VALUES:
            raise self.error(YamlProblem.TOO_MANY_VALUES, event)

    def node(self, event: YamlEvent, lead: int) -> Node:
        """The node that begins with this event. What is before it ends at `lead`."""
        if event.kind == "alias":
            return self.alias_node(event)
        if self.depth >= _MAX_DEPTH:
            raise self.error(YamlProblem.TOO_DEEP, event)
        self.count(1, event)
        if event.anchor:
            self.anchors[event.anchor] = None  # until it is complete, because nothing may contain itself
        self.depth += 1
        start = skip_to_token(self.text, lead)
        node: Node
        if event.kind == "scalar":
            node = self.scalar_node(event, start, lead)
        else:
            node = self.sequence_node(event, start) if event.kind == "sequence" else self.mapping_node(event, start)
        self.depth -= 1
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def alias_node(self, event: YamlEvent) -> AliasNode:
        target = self.anchors.get(event.anchor or "")
        if target is None:
            raise self.error(YamlProblem.UNKNOWN_ALIAS, event)
        self.count(target.size, event)
        return AliasNode(event.start, event.end, target.value, size=target.size, target=target)

    def scalar_node(self, event: YamlEvent, start: int, lead: int) -> ScalarNode:
        tag = STR_TAG if event.tag == "!" else normalize_tag(event.tag, "")
        value = Scalar(event.value, event.style, tag)
        if event.start == event.end:
            return ScalarNode(lead, lead, value, event.anchor)
        end = event.end
        if event.style in {Style.LITERAL, Style.FOLDED}:
            end = self.block_end(start, end)
        return ScalarNode(start, end, value, event.anchor)

    def block_end(self, start: int, end: int) -> int:
        """Where the last line of a block scalar ends. It includes blank lines if its header says so (`+`)."""
        content = self.text[start:end]
        header = content.splitlines()[0].replace("\t", " ").partition(" #")[0]
        if "+" in header[max(header.rfind("|"), header.rfind(">")) :]:
            return end - (2 if content.endswith("\r\n") else 1 if content[-1] in LINE_BREAKS else 0)
        return start + len(content.rstrip(f" \t{LINE_BREAKS}"))

    def content_start(self, event: YamlEvent) -> int:
        """Where the bracket, first dash or first key of a collection is, after its anchor and tag."""
        dash_was_read = event.kind == "sequence" and not event.flow and self.text[event.end - 1 : event.end] == "-"
        is_open = event.flow and event.end > event.start
        return event.end - 1 if is_open or dash_was_read else event.end

    def column_of(self, position: int) -> int:
        return position - self.line_starts[bisect_right(self.line_starts, position) - 1]

    def next_entry(self, end: int, flow: bool) -> int:
        """Where the entry after `end` begins: its dash, question mark or key."""
        position = skip_to_token(self.text, end)
        if flow and self.text[position : position + 1] == ",":
            position = skip_to_token(self.text, position + 1)
        return position

    def sequence_node(self, event: YamlEvent, start: int) -> SequenceNode:
        items: list[Node] = []
        dashes: list[int] = []
        first = self.content_start(event)
        end = first + 1 if event.flow else first
        while (inner := next(self.events)).kind != "end":
            position = self.next_entry(end, event.flow)
            if not event.flow:
                dashes.append(position)
                position += 1
            items.append(self.node(inner, position))
            end = max(items[-1].end, position)
        size = 1 + sum(item.size for item in items)
        tag = None if event.tag == "!" else normalize_tag(event.tag, "seq")
        value = Sequence(tuple(item.value for item in items), tag, event.flow)
        return SequenceNode(
            start, inner.end if event.flow else end, value, event.anchor, size,
            items=tuple(items), flow=event.flow, column=self.column_of(first), dashes=tuple(dashes),
        )  # fmt: skip

    def mapping_node(self, event: YamlEvent, start: int) -> MappingNode:
        pairs: dict[str, Pair] = {}
        merge: Pair | None = None
        plain: set[str] = set()
        first = self.content_start(event)
        bare = event.flow and self.text[first : first + 1] != "{"
        irregular = bare
        end = first if bare or not event.flow else first + 1
        while (inner := next(self.events)).kind != "end":
            position = self.next_entry(end, event.flow)
            key, pair = self.pair(inner, position)
            irregular = (
                irregular
                or pair.after_colon is None
                or inner.kind == "alias"
                or pair.start != skip_to_token(self.text, pair.start)
            )
            irregular = irregular or inner.tag is not None or self.is_explicit(pair.start)
            is_merge = inner.kind == "scalar" and key.text == "<<" and key.style is Style.PLAIN and key.tag is None
            if (is_merge and merge) or pair.key in pairs:
                raise self.error(YamlProblem.DUPLICATE_KEY, inner)
            if is_merge:
                merge = pair
            else:
                pairs[pair.key] = pair
                plain |= set() if key.is_string else {pair.key}
            end = pair.end
        size = 1 + sum(pair.node.size for pair in pairs.values()) + (merge.node.size if merge else 0)
        return MappingNode(
            start, inner.end if event.flow and not bare else end,
            self.mapping_value(event, pairs, merge, frozenset(plain)), event.anchor, size,
            pairs=tuple(pairs.values()), merge=merge, flow=event.flow, irregular=irregular,
            column=self.column_of(first),
        )  # fmt: skip

    def is_explicit(self, position: int) -> bool:
        is_mark = self.text[position : position + 1] == "?"
        return is_mark and self.text[position + 1 : position + 2] in {"", " ", "\t", *LINE_BREAKS}

    def pair(self, event: YamlEvent, position: int) -> tuple[Scalar, Pair]:
        key = self.node(event, position + 1 if self.is_explicit(position) else position)
        if not isinstance(key.value, Scalar):
            raise self.error(YamlProblem.COMPLEX_KEY, event)
        colon = skip_to_token(self.text, key.end)
        lead = colon + 1 if self.text[colon : colon + 1] == ":" else None
        node = self.node(next(self.events), key.end if lead is None else lead)
        return key.value, Pair(key.value.text, position, key.end, lead, node)

    def mapping_value(
        self, event: YamlEvent, pairs: dict[str, Pair], merge: Pair | None, plain: frozenset[str]
    ) -> Map:
        own = {key: pair.node.value for key, pair in pairs.items()}
        tag = None if event.tag == "!" else normalize_tag(event.tag, "map")
        if merge is None:
            return Map(own, plain, tag, event.flow)
        sources = merge_sources(merge.node.value)
        self.count(sum(len(source.entries) for source in sources if isinstance(source, Map)), event)
        merged = merge_entries(sources)
        if merged is None:
            raise self.error(YamlProblem.INVALID_MERGE, event)
        inherited = frozenset(merged.plain_keys - own.keys())
        return Map({**merged.entries, **own}, inherited | plain, tag, event.flow)
