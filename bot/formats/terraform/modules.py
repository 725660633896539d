"""Module blocks of Terraform files. A parser finds them, and edits by position leave the rest of a file as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote

from bot.formats.terraform.comments import realign
from bot.formats.terraform.nodes import Block, Node, Quoted
from bot.formats.terraform.syntax import parse
from bot.formats.terraform.tokens import LINE_COMMENT, tokens

_REF = re.compile(
    r"[^?#]*\?(?:[^#]*?&)??ref=(?P<folder>(?:(?:refs(?:/|%2[Ff]))?tags(?:/|%2[Ff]))?)(?P<name>[^&#]*)(?:[&#].*)?"
)
"""The Git tag that a source asks for: `ref=NAME`, `ref=tags/NAME` or `ref=refs/tags/NAME`."""

RefFilter: TypeAlias = Callable[[str], object]


@dataclass(frozen=True)
class StringLiteral:
    """A quoted string without interpolation: its value, and its position between the quotes."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Module:
    """A module block. `source`, `version` and `ref` (the Git reference of the source, without `refs/tags/`) are None
    if they are missing or not literals."""

    name: str
    source: StringLiteral | None
    version: StringLiteral | None
    has_version: bool
    ref: StringLiteral | None = None


@lru_cache(maxsize=4096)
def modules(text: str) -> tuple[Module, ...]:
    """The module blocks of a Terraform file, in order. Raises TerraformError."""
    return tuple(_module(block, text) for block in parse(text).blocks if block.type == "module")


def set_versions(text: str, versions: Mapping[str, str]) -> str:
    """The text with these as the `version` of the module blocks by name. Raises TerraformError."""
    literals = [(module.version, versions.get(module.name)) for module in modules(text)]
    return _replace_ranges(text, [(old.start, old.end, new) for old, new in literals if old and new is not None])


def source_refs(text: str, matches: RefFilter) -> tuple[str, ...]:
    """The `ref` parameters of module sources for which `matches` is true, in order. Raises TerraformError."""
    return tuple(ref.value for ref in _refs(text, matches))


def set_source_refs(text: str, matches: RefFilter, refs: Sequence[str]) -> str:
    """The text with these in place of the refs that `source_refs` returns, in the same order.

    Raises TerraformError, and ValueError for another number of refs.
    """
    found = zip(_refs(text, matches), refs, strict=True)
    return _replace_ranges(text, [(old.start, old.end, new) for old, new in found if old.value != new])


def _refs(text: str, matches: RefFilter) -> Iterator[StringLiteral]:
    return (module.ref for module in modules(text) if module.ref and matches(module.ref.value))


def _replace_ranges(text: str, ranges: list[tuple[int, int, str]]) -> str:
    changed = text
    for start, end, new in sorted(ranges, reverse=True):
        changed = f"{changed[:start]}{new}{changed[end:]}"
    return text if changed == text else realign(text, changed, _trailing_comments(text), _trailing_comments(changed))


def _trailing_comments(text: str) -> dict[int, int]:
    """The lines that have a comment after code, and the column where the comment begins."""
    found: dict[int, int] = {}
    number, counted = 0, 0
    for token in tokens(text):
        if token.kind == LINE_COMMENT:
            line = text.rfind("\n", 0, token.start) + 1
            number, counted = number + text.count("\n", counted, token.start), token.start
            if text[line : token.start].strip():
                found[number] = token.start - line
    return found


def _module(block: Block, text: str) -> Module:
    source = _literal(block.body.attributes.get("source"))
    return Module(
        block.labels[0] if block.labels else "",
        source,
        _literal(block.body.attributes.get("version")),
        "version" in block.body.attributes,
        _ref(source, text),
    )


def _literal(node: Node | None) -> StringLiteral | None:
    return StringLiteral(node.value, node.start, node.end) if isinstance(node, Quoted) and node.value else None


def _ref(source: StringLiteral | None, text: str) -> StringLiteral | None:
    match = _REF.fullmatch(text, source.start, source.end) if source else None
    return StringLiteral(unquote(match["name"]), match.start("name"), match.end("name")) if match else None
