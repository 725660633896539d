"""A YAML document as a tree of nodes with their positions in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.formats.yaml.values import EMPTY, Map, Scalar, Sequence, Value


@dataclass(frozen=True, eq=False)
class _Node:
    start: int
    """Where it begins, including its anchor and tag."""
    end: int
    """Where its own text ends, without comments and blank lines after it."""
    value: Value
    anchor: str | None = None
    size: int = 1
    """The number of values in it, aliases resolved."""


@dataclass(frozen=True, eq=False)
class ScalarNode(_Node):
    """A scalar; an empty one has no text of its own."""

    value: Scalar


@dataclass(frozen=True, eq=False)
class AliasNode(_Node):
    """`*name`; it has the value of its target."""

    target: Node = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class SequenceNode(_Node):
    """A sequence. In a block sequence, `dashes` has the position of each item's dash, and `column` their column."""

    value: Sequence
    items: tuple[Node, ...] = field(kw_only=True)
    flow: bool = field(kw_only=True)
    column: int = field(kw_only=True)
    dashes: tuple[int, ...] = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class Pair:
    """One entry of a mapping. `after_colon` is the position after its colon, or None if it has no colon."""

    key: str
    start: int
    key_end: int
    after_colon: int | None
    node: Node

    @property
    def end(self) -> int:
        return self.key_end if self.after_colon is None else max(self.after_colon, self.node.end)


@dataclass(frozen=True, eq=False)
class MappingNode(_Node):
    """A mapping; `merge` is its `<<`. An irregular one (with `? key`, for example) is not edited entry by entry."""

    value: Map
    pairs: tuple[Pair, ...] = field(kw_only=True)
    merge: Pair | None = field(kw_only=True)
    flow: bool = field(kw_only=True)
    irregular: bool = field(kw_only=True)
    column: int = field(kw_only=True)


Node: TypeAlias = ScalarNode | AliasNode | SequenceNode | MappingNode


@dataclass(frozen=True, eq=False)
class Tree:
    """`root` is None if the document is empty or only comments. Content may begin at `content_start`."""

    text: str
    content_start: int
    root: Node | None

    @property
    def value(self) -> Value:
        return EMPTY if self.root is None else self.root.value
