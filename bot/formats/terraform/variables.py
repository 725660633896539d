"""The values of a Terraform variable file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from bot.formats.terraform.nodes import ListNode, Literal, MapNode, Node, Other, Quoted
from bot.formats.terraform.syntax import parse

_CONVERTED = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Expression:
    """A value that is not a literal, as it is written."""

    text: str


VariableValue: TypeAlias = (
    "str | Decimal | bool | Expression | tuple[VariableValue, ...] | Mapping[str, VariableValue] | None"
)


def variables(text: str) -> Mapping[str, VariableValue]:
    """The variables of a `.tfvars` file by name. Raises TerraformError."""
    return {name: _value(node, text) for name, node in parse(text).attributes.items()}


def as_boolean(value: VariableValue) -> bool | None:
    """What Terraform makes of a value for a variable of the type `bool`; None if it refuses it, or it is null."""
    if isinstance(value, str):
        return _CONVERTED.get(value)
    return value if isinstance(value, bool) else None


def _value(node: Node, text: str) -> VariableValue:
    match node:
        case Literal(value) | Quoted(value):
            return value
        case ListNode(items):
            return tuple(_value(item, text) for item in items)
        case MapNode(entries, complete=True):
            return {key: _value(item, text) for key, item in entries.items()}
        case Other(start, end) | MapNode(start=start, end=end):
            return Expression(text[start:end])
