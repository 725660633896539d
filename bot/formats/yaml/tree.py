"""A YAML document as a tree of nodes that know where in the text they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bot.formats.yaml.value import EMPTY, Map, Scalar, Sequence, Value


@dataclass(frozen=True, eq=False)
class _Node:
    start: int
    """Where it begins, with its anchor and tag."""
    end: int
    """Where its own text ends: comments and blank lines behind it are not part of it."""
    value: Value
    anchor: str | None = None
    size: int = 1
    """How many values it has, aliases resolved."""


@dataclass(frozen=True, eq=False)
class ScalarNode(_Node):
    """A scalar; an empty one has no text of its own."""

    value: Scalar


@dataclass(frozen=True, eq=False)
class AliasNode(_Node):
    """`*name`; its value is that of the node it stands for."""

    target: Node = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class SequenceNode(_Node):
    """A sequence. `dashes` says where each item's dash is, in a block sequence; `column` is theirs."""

    value: Sequence
    items: tuple[Node, ...] = field(kw_only=True)
    flow: bool = field(kw_only=True)
    column: int = field(kw_only=True)
    dashes: tuple[int, ...] = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class Pair:
    """One entry of a mapping. `lead` is the position behind its colon, None when it has none."""

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
    """A mapping; `merge` is its `<<`. `odd` when it is written in a way that is not edited by entries (`? key`)."""

    value: Map
    pairs: tuple[Pair, ...] = field(kw_only=True)
    merge: Pair | None = field(kw_only=True)
    flow: bool = field(kw_only=True)
    irregular: bool = field(kw_only=True)
    column: int = field(kw_only=True)


Node: TypeAlias = ScalarNode | AliasNode | SequenceNode | MappingNode


@dataclass(frozen=True, eq=False)
class Tree:
    """`root` is None when the document is empty or only comments; `lead` is where its content may begin."""

    text: str
    content_start: int
    root: Node | None

    @property
    def value(self) -> Value:
        return EMPTY if self.root is None else self.root.value
