"""Module blocks of Terraform files: found by a parser, changed by position, so that nothing else of a file moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from bot.formats.terraform.comments import realign

MODULE_TAG = re.compile(r"mi-module-v(?P<version>\d+\.\d+\.\d+(?:-rc\.\d+)?)-v(?P<number>\d+)", re.ASCII)
"""A tag of an instance's module (domain.md, "Layout of the deployment repository")."""
_REF = re.compile(rf"(?<=[?&]ref=){MODULE_TAG.pattern}(?=&|$)", re.ASCII)
_EXECUTORS_SOURCE = re.compile(r"(?:registry\.terraform\.io/)?sourcegraph/executors/\w+(?://(?P<part>[\w./-]+))?")
_TEMPLATE = "google_compute_instance_template.executor-instance-template"
_MIRROR = "google_compute_instance.default"
_REPLACED_RESOURCES = {
    "modules/executors": (_TEMPLATE,),
    "modules/docker-mirror": (_MIRROR,),
    None: (f"module.gcp-executors.{_TEMPLATE}", f"module.gcp-docker-mirror.{_MIRROR}"),
}
"""What another version of each of upstream's executors modules makes Terraform replace: its machine image changes
with every version, and neither an instance template nor a boot disk can change its image in place."""


class TerraformError(ValueError):
    """A file that is no valid Terraform; the message is the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class StringLiteral:
    """A quoted text without interpolation: its value, and where that stands between the quotation marks."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Module:
    """A module block; `source` and `version` are None where they are missing or no literals."""

    name: str
    source: StringLiteral | None
    version: StringLiteral | None
    has_version: bool

    @property
    def is_executors(self) -> bool:
        """Whether it is one of upstream's executors modules."""
        return self.source is not None and _EXECUTORS_SOURCE.fullmatch(self.source.value) is not None

    @property
    def replaced_addresses(self) -> tuple[str, ...]:
        """The addresses of the resources that another version of it replaces; none where that is not known."""
        match = _EXECUTORS_SOURCE.fullmatch(self.source.value) if self.source else None
        names = _REPLACED_RESOURCES.get(match["part"], ()) if match else ()
        return tuple(f"module.{self.name}.{name}" for name in names)


@lru_cache(maxsize=4096)
def modules(text: str) -> tuple[Module, ...]:
    """The module blocks of a Terraform file, in order. Raises TerraformProblem."""
    return tuple(_module(block) for block in _blocks(_parse(text)) if _identifier_text(block.children[0]) == "module")


def with_versions(text: str, names: Iterable[str], version: str) -> str:
    """The text in which the `version` of the module blocks of these names is another. Raises TerraformProblem."""
    wanted = set(names)
    literals = [module.version for module in modules(text) if module.version and module.name in wanted]
    return _replace_ranges(text, [(literal.start, literal.end, version) for literal in literals])


def module_refs(text: str) -> tuple[str, ...]:
    """The references `mi-module-vX.Y.Z-vN` that module blocks' sources have, in order. Raises TerraformProblem."""
    return tuple(match.group() for _, match in _refs(text))


def with_refs(text: str, new: Sequence[str]) -> str:
    """The text whose references, in the order of `module_refs`, are these. Raises TerraformProblem."""
    places = [(source.start + m.start(), source.start + m.end()) for source, m in _refs(text)]
    return _replace_ranges(text, [(*place, ref) for place, ref in zip(places, new, strict=True)])


def _refs(text: str) -> Iterator[tuple[StringLiteral, re.Match[str]]]:
    if "mi-module-v" not in text:  # spares the parser's work where nothing can be found
        return
    for module in modules(text):
        match = _REF.search(module.source.value) if module.source else None
        if module.source and match:
            yield module.source, match


def _replace_ranges(text: str, places: list[tuple[int, int, str]]) -> str:
    changed = text
    for start, end, new in sorted(places, reverse=True):
        changed = f"{changed[:start]}{new}{changed[end:]}"
    return text if changed == text else realign(text, changed, _trailing_comments(text), _trailing_comments(changed))


def _trailing_comments(text: str) -> dict[int, int]:
    """The lines that have code and a comment behind it, and where on the line that begins."""
    found: dict[int, int] = {}
    for token in _parse(text).scan_values(lambda token: getattr(token, "type", "") == "NL_OR_COMMENT"):
        start = token.start_pos or 0
        line = text.rfind("\n", 0, start) + 1
        if token.startswith(("#", "//")) and text[line:start].strip():
            found[text.count("\n", 0, start)] = start - line
    return found


def _parse(text: str) -> Tree[Token]:
    """The tree of a file, with positions. Raises TerraformProblem."""
    try:
        tree: Tree[Token] = hcl2.parses_to_tree(text if text.endswith("\n") else f"{text}\n")
    except (LarkError, ValueError, RecursionError) as error:
        line = getattr(error, "line", None)
        where = f" (line {line})" if isinstance(line, int) and line > 0 else ""
        raise TerraformError(f"is not valid Terraform{where}; correct its syntax") from None
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
    """The word that an identifier or a quoted label is."""
    words = (str(token) for token in node.scan_values(lambda t: t.type in {"NAME", "STRING_CHARS"}))
    return "".join(words)


def _literal(attribute: Tree[Token] | None) -> StringLiteral | None:
    """The attribute's value when it is one quoted text and nothing else."""
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
