"""What a Terraform file is made of: bodies of attributes and blocks, and the expressions of attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True)
class Literal:
    """A number, a boolean or null."""

    value: Decimal | bool | None


@dataclass(frozen=True)
class Quoted:
    """A quoted text without templates: its value, and its position between the quotes."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class ListNode:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class MapNode:
    """An object, and where it is. It is incomplete if a key has to be evaluated, which leaves out its entry."""

    entries: Mapping[str, Node]
    complete: bool
    start: int
    end: int


@dataclass(frozen=True)
class Other:
    """Any other expression, which has to be evaluated: where it is."""

    start: int
    end: int


Node: TypeAlias = Literal | Quoted | ListNode | MapNode | Other


@dataclass(frozen=True)
class Block:
    """A block: its type, its labels, and what is in its braces."""

    type: str
    labels: tuple[str, ...]
    body: Body


@dataclass(frozen=True)
class Body:
    """Attributes by name, and blocks in order."""

    attributes: Mapping[str, Node]
    blocks: tuple[Block, ...]
