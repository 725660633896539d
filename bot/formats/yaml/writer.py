"""Writes values as YAML, with the indentation and the quotes of the text around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.formats.yaml.nodes import MappingNode, Node, SequenceNode, Tree
from bot.formats.yaml.values import STR_TAG, Map, Scalar, Sequence, Style, Value, is_ambiguous

_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\a": "\\a", "\b": "\\b",
    "\x0b": "\\v", "\x0c": "\\f", "\x1b": "\\e", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip
_PRINTABLE = re.compile("[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_PLAIN = re.compile(
    r"""(?![\s?:,\[\]{}#&*!|>'"%@`])(?!-(?:[^A-Za-z0-9/.-]|$))(?!---|\.\.\.)[^\t]*(?<![\s:])""", re.DOTALL
)
_NOT_PLAIN = re.compile(r":\s|\s#")
_NOT_IN_FLOW = re.compile(r"[,\[\]{}:]")
_NOT_LITERAL = re.compile(r"^[ \n]|[ \t]$", re.MULTILINE)


@dataclass(frozen=True)
class SerializedValue:
    """A value as text: `head` goes after its key or dash, `body` are the lines below."""

    head: str
    body: tuple[str, ...] = ()


@dataclass(frozen=True)
class Writer:
    """Writes in the style of one document. `indent` is the indentation of a mapping below its key, `list_indent` that
    of a list."""

    indent: int = 2
    list_indent: int = 2
    allow_literals: bool = True
    """Whether strings may be written as block scalars. A comment below one would become part of it."""

    @classmethod
    def for_tree(cls, tree: Tree, allow_literals: bool = True) -> Writer:
        """A writer with the most common indentation of a document."""
        steps: list[int] = []
        list_steps: list[int] = []
        if tree.root is not None:
            _collect_indents(tree.root, steps, list_steps)
        return cls(_most_common(steps, 2), _most_common(list_steps, 2), allow_literals)

    def inline(self, value: Value, flow: bool = True, old: Style | None = None) -> str:
        """The value on one line. `flow` says whether it is inside brackets or braces itself."""
        if isinstance(value, Scalar):
            return self.scalar(value, old, flow)
        if isinstance(value, Sequence):
            content = "[" + ", ".join(self.inline(item) for item in value) + "]"
        else:
            pairs = (f"{key_text(value, key, True)}: {self.inline(item)}" for key, item in value.entries.items())
            content = "{" + ", ".join(pairs) + "}"
        return f"{_tag_prefix(value.tag)}{content}"

    def scalar(self, value: Scalar, old: Style | None, flow: bool) -> str:
        """The scalar on one line, in the old one's style if possible, else in its own."""
        style = _choose_style(value, (old, value.style), flow, one_line=True)
        if style is None:
            return value.text or ("null" if flow else "")
        tag = _tag_prefix(None if value.tag == STR_TAG else value.tag)
        if style is Style.PLAIN:
            return f"{tag}{value.text}"
        if style is Style.SINGLE:
            return tag + "'" + value.text.replace("'", "''") + "'"
        return f'{tag}"{_escape_text(value.text)}"'

    def block(self, value: Value, column: int, old: Style | None = None) -> SerializedValue:
        """The value of a key in `column`."""
        if isinstance(value, Scalar):
            return self.block_scalar(value, column, old)
        if _is_inline(value):
            return SerializedValue(self.inline(value, flow=False))
        if isinstance(value, Sequence):
            return SerializedValue(
                _tag_prefix(value.tag).strip(), tuple(self.items(value, column + self.list_indent))
            )
        return SerializedValue(_tag_prefix(value.tag).strip(), tuple(self.entries(value, column + self.indent)))

    def block_scalar(self, value: Scalar, column: int, old: Style | None = None) -> SerializedValue:
        """The scalar on one line, or as a block scalar if it has that style."""
        style = _choose_style(value, (old, value.style), flow=False, one_line=not self.allow_literals)
        if style not in {Style.LITERAL, Style.FOLDED}:
            return SerializedValue(self.scalar(value, old if style is old else None, flow=False))
        tag = _tag_prefix(None if value.tag == STR_TAG else value.tag)
        chomping = "" if value.text.endswith("\n") else "-"
        pad = " " * (column + self.indent)
        lines = value.text.removesuffix("\n").split("\n")
        return SerializedValue(
            f"{tag}{style.value}{chomping}", tuple(f"{pad}{line}" if line else "" for line in lines)
        )

    def entries(self, value: Map, column: int) -> list[str]:
        """The lines of a mapping's entries."""
        return [line for key in value.entries for line in self.entry(value, key, column)]

    def entry(self, value: Map, key: str, column: int) -> list[str]:
        """The lines of one entry whose key is in `column`."""
        written = self.block(value.entries[key], column)
        head = f" {written.head}" if written.head else ""
        return [f"{' ' * column}{key_text(value, key, False)}:{head}", *written.body]

    def items(self, value: Sequence, column: int) -> list[str]:
        """The lines of a sequence's items."""
        return [line for item in value for line in self.item(item, column)]

    def item(self, value: Value, column: int, gap: str = " ") -> list[str]:
        """The lines of one item whose dash is in `column`."""
        written = self.compact(value, column, gap)
        return [f"{' ' * column}-{gap}{written.head}", *written.body]

    def compact(self, value: Value, column: int, gap: str = " ", old: Style | None = None) -> SerializedValue:
        """The value of an item whose dash is in `column`. A collection begins on the line of the dash."""
        if isinstance(value, Scalar):
            written = self.block_scalar(value, column, old)
            return written if written.head else SerializedValue("null")
        inner = column + 1 + len(gap)
        if _is_inline(value) or value.tag is not None:
            return SerializedValue(self.inline(value, flow=False))
        lines = self.items(value, inner) if isinstance(value, Sequence) else self.entries(value, inner)
        return SerializedValue(lines[0][inner:], tuple(lines[1:]))

    def document(self, value: Value) -> list[str]:
        """The lines of a whole document."""
        if isinstance(value, Scalar):
            return [self.scalar(value, None, flow=False) or "null"]
        if isinstance(value, Sequence) and not _is_inline(value) and value.tag is None:
            return self.items(value, 0)
        written = self.block(value, -self.indent)
        if written.head and written.body:
            return [f"--- {written.head}", *written.body]
        return [written.head, *written.body] if written.head else list(written.body)


def inline(value: Value) -> str:
    """A value on one line of a new document, with braces and brackets."""
    return Writer().inline(value)


def key_text(value: Map, key: str, flow: bool) -> str:
    """A key as it is written. `flow` says whether its mapping is in braces."""
    style = Style.PLAIN if key in value.plain_keys or not is_ambiguous(key) else Style.SINGLE
    scalar = Scalar(key, style)
    if len(key) > 1 and key.startswith("-") and flow:
        scalar = Scalar(key, Style.SINGLE)
    return Writer().scalar(scalar, None, flow and key not in value.plain_keys)


def can_be_plain(text: str, flow: bool) -> bool:
    """Whether a text can be written without quotes."""
    if not _PRINTABLE.fullmatch(text) or not _PLAIN.fullmatch(text) or _NOT_PLAIN.search(text):
        return False
    return not (flow and _NOT_IN_FLOW.search(text))


def _choose_style(value: Scalar, wished: tuple[Style | None, ...], flow: bool, one_line: bool) -> Style | None:
    """The first of the wished styles that can express it; None for a text that must stay plain as it is."""
    if value.is_null or (value.tag is None and not value.is_string):
        return None
    for style in (*wished, Style.SINGLE):
        if style is Style.PLAIN:
            fits = (value.tag not in {None, STR_TAG} or not is_ambiguous(value.text)) and can_be_plain(
                value.text, flow
            )
        elif style is Style.SINGLE:
            fits = _PRINTABLE.fullmatch(value.text) is not None
        elif style is Style.DOUBLE:
            fits = True
        else:
            folded = style is Style.FOLDED and "\n" in value.text.removesuffix("\n")
            fits = style is not None and not one_line and not folded and _can_be_literal(value.text)
        if fits:
            return style
    return Style.DOUBLE


def _is_inline(value: Sequence | Map) -> bool:
    return value.flow or not (value.items if isinstance(value, Sequence) else value.entries)


def _can_be_literal(text: str) -> bool:
    if not text.strip() or text.endswith("\n\n") or _NOT_LITERAL.search(text.removesuffix("\n")):
        return False
    return all(_PRINTABLE.fullmatch(line) for line in text.split("\n"))


def _escape_text(text: str) -> str:
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if _PRINTABLE.fullmatch(character) and character not in '"\\':
        return character
    code = ord(character)
    fallback = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _ESCAPES.get(character, fallback)


def _tag_prefix(tag: str | None) -> str:
    if tag is None:
        return ""
    return f"{tag} " if tag.startswith("!") else f"!<{tag}> "


def _collect_indents(node: Node, steps: list[int], list_steps: list[int]) -> None:
    if isinstance(node, MappingNode) and not node.flow:
        for pair in node.pairs:
            child = pair.node
            if isinstance(child, MappingNode) and not child.flow:
                steps.append(child.column - node.column)
            elif isinstance(child, SequenceNode) and not child.flow:
                list_steps.append(child.column - node.column)
            _collect_indents(child, steps, list_steps)
    elif isinstance(node, SequenceNode) and not node.flow:
        for item in node.items:
            _collect_indents(item, steps, list_steps)


def _most_common(found: list[int], otherwise: int) -> int:
    return max(set(found), key=lambda step: (found.count(step), -step)) if found else otherwise
