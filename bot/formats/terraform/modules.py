"""Module blocks of Terraform files. A parser finds them, and edits by position leave the rest of a file as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import hcl2
from lark import Token, Tree

from bot.formats.terraform.comments import realign
from bot.formats.terraform.errors import parse_with


@dataclass(frozen=True)
class StringLiteral:
    """A quoted string without interpolation: its value, and its position between the quotes."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Module:
    """A module block. `source` and `version` are None if they are missing or not literals."""

    name: str
    source: StringLiteral | None
    version: StringLiteral | None
    has_version: bool


@lru_cache(maxsize=4096)
def modules(text: str) -> tuple[Module, ...]:
    """The module blocks of a Terraform file, in order. Raises TerraformError."""
    return tuple(_module(block) for block in _blocks(_parse(text)) if _identifier_text(block.children[0]) == "module")


def set_versions(text: str, names: Iterable[str], version: str) -> str:
    """The text with another `version` in the module blocks of these names. Raises TerraformError."""
    wanted = set(names)
    literals = [module.version for module in modules(text) if module.version and module.name in wanted]
    return _replace_ranges(text, [(literal.start, literal.end, version) for literal in literals])


def source_refs(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The `ref` parameters of module sources that match the pattern as a whole, in order. Raises TerraformError."""
    return tuple(match.group() for _, match in _refs(text, pattern))


def set_source_refs(text: str, pattern: re.Pattern[str], refs: Sequence[str]) -> str:
    """The text with these in place of the refs that `source_refs` returns, in the same order.

    Raises TerraformError, and ValueError for another number of refs.
    """
    ranges = [(source.start + m.start(), source.start + m.end()) for source, m in _refs(text, pattern)]
    return _replace_ranges(text, [(*found, ref) for found, ref in zip(ranges, refs, strict=True)])


def _refs(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[StringLiteral, re.Match[str]]]:
    ref = re.compile(rf"(?<=[?&]ref=)(?:{pattern.pattern})(?=&|$)", pattern.flags)
    for module in modules(text):
        match = ref.search(module.source.value) if module.source else None
        if module.source and match:
            yield module.source, match


def _replace_ranges(text: str, ranges: list[tuple[int, int, str]]) -> str:
    changed = text
    for start, end, new in sorted(ranges, reverse=True):
        changed = f"{changed[:start]}{new}{changed[end:]}"
    return text if changed == text else realign(text, changed, _trailing_comments(text), _trailing_comments(changed))


def _trailing_comments(text: str) -> dict[int, int]:
    """The lines that have a comment after code, and the column where the comment begins."""
    found: dict[int, int] = {}
    for token in _parse(text).scan_values(lambda token: getattr(token, "type", "") == "NL_OR_COMMENT"):
        start = token.start_pos or 0
        line = text.rfind("\n", 0, start) + 1
        if token.startswith(("#", "//")) and text[line:start].strip():
            found[text.count("\n", 0, start)] = start - line
    return found


def _parse(text: str) -> Tree[Token]:
    """The syntax tree of a file, with positions. Raises TerraformError."""
    tree: Tree[Token] = parse_with(hcl2.parses_to_tree, text)
    return tree


def _blocks(tree: Tree[Token]) -> Iterator[Tree[Token]]:
    for body in tree.children:
        if isinstance(body, Tree):
            yield from (child for child in body.children if isinstance(child, Tree) and child.data == "block")


def _module(block: Tree[Token]) -> Module:
    labels = [
        child for child in block.children[1:] if isinstance(child, Tree) and child.data in {"string", "identifier"}
    ]
    name = _identifier_text(labels[0]) if labels else ""
    bodies = (child for child in block.children if isinstance(child, Tree) and child.data == "body")
    attributes = {
        _identifier_text(attribute.children[0]): attribute
        for body in bodies
        for attribute in body.children
        if isinstance(attribute, Tree) and attribute.data == "attribute"
    }
    return Module(
        name,
        _literal(attributes.get("source")),
        _literal(attributes.get("version")),
        "version" in attributes,
    )


def _identifier_text(node: Any) -> str:
    """The text of an identifier or a quoted label."""
    words = (str(token) for token in node.scan_values(lambda t: t.type in {"NAME", "STRING_CHARS"}))
    return "".join(words)


def _literal(attribute: Tree[Token] | None) -> StringLiteral | None:
    """The attribute's value if it is one quoted string and nothing else."""
    node: Any = attribute.children[-1] if attribute else None
    while isinstance(node, Tree) and node.data == "expr_term" and len(node.children) == 1:
        node = node.children[0]
    if not isinstance(node, Tree) or node.data != "string":
        return None
    tokens = list(node.scan_values(lambda _: True))
    if [token.type for token in tokens] != ["DBLQUOTE", "STRING_CHARS", "DBLQUOTE"]:
        return None
    token = tokens[1]
    return StringLiteral(str(token), token.start_pos, token.end_pos)
