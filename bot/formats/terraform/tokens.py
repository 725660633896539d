"""The tokens of HCL's native syntax, with their positions.

The specification: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.formats.terraform.errors import TerraformError

NEWLINE, LINE_COMMENT, IDENTIFIER, NUMBER, TEXT, END = "newline", "comment", "identifier", "number", "text", "end"
OPEN_QUOTE, CLOSE_QUOTE, OPEN_HEREDOC, CLOSE_HEREDOC = 'open "', 'close "', "open <<", "close <<"
INTERPOLATION, DIRECTIVE, CLOSE_TEMPLATE = "${", "%{", "close {"

_WORD = r"[^\x00-,./:-@\[-^`{-\x7f]"
_CODE = re.compile(
    rf"""
    (?P<space>[ \t]+)
    |(?P<newline>\r?\n)
    |(?P<comment>(?:\#|//)[^\n]*\n?)
    |(?P<block>/\*)
    |(?P<number>[0-9](?:(?:[0-9.]|[eE][+-]?[0-9])*(?:[0-9]|[eE][+-]?[0-9]))?)
    |(?P<identifier>(?!-){_WORD}+)
    |(?P<heredoc><<-?(?!-)(?P<mark>{_WORD}+)\r?\n)
    |(?P<symbol>==|!=|>=|<=|&&|\|\||::|\.\.\.|=>|~\}}|["\[\](){{}}.,*/%+\-=<>!?:])
    """,
    re.VERBOSE,
)
_NO_TEMPLATE = r"\$\$\{~?|%%\{~?|\$(?!\{)|%(?!\{)"
_QUOTED = re.compile(rf'(?:{_NO_TEMPLATE}|\\[^\r\n]|[^$%"\\\r\n])+')
_LINE = re.compile(rf"(?:{_NO_TEMPLATE}|[^$%\r\n])*(?P<newline>\r?\n)?")
_OPENING = re.compile(r"(\$\{|%\{)~?")
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What the language's own reader ignores around the mark that ends a heredoc."""


class Token(NamedTuple):
    """`kind` is one of the constants above, or the symbol itself."""

    kind: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text, without blanks and `/* … */`, with an `END` at last. Raises TerraformError."""
    scanner = _Scanner(text if text.endswith("\n") else f"{text}\n", text.startswith("\ufeff"))
    scanner.scan()
    return scanner.found


def line_at(text: str, position: int) -> int:
    """The number of the line of a position, from 1."""
    return text.count("\n", 0, position) + 1


def is_identifier(text: str) -> bool:
    """Whether a text is one identifier. Besides the letters and digits of Unicode it may have dashes."""
    return text.replace("-", "_").isidentifier() and not text.startswith("-")


class _Scanner:
    """Reads code, and inside it quoted texts and heredocs, which may contain code again.

    `outer` has what the current position is in: code (the number of braces that are open in it), a quoted text
    (None), or a heredoc (the mark that ends it).
    """

    def __init__(self, text: str, has_mark: bool) -> None:
        self.text = text
        self.position = 1 if has_mark else 0
        self.found: list[Token] = []
        self.outer: list[int | str | None] = [0]

    def scan(self) -> None:
        while self.position < len(self.text):
            inside = self.outer[-1]
            if isinstance(inside, int):
                self.code(inside)
            elif inside is None:
                self.quoted()
            else:
                self.heredoc(inside)
        if len(self.outer) > 1:
            raise self.error(self.found[-1].start if self.found else 0)
        self.add(END, self.position)

    def error(self, position: int) -> TerraformError:
        return TerraformError(line_at(self.text, position))

    def add(self, kind: str, end: int) -> None:
        self.found.append(Token(kind, self.position, end))
        self.position = end

    def code(self, braces: int) -> None:
        match = _CODE.match(self.text, self.position)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            raise self.error(self.position)
        if kind == "space":
            self.position = match.end()
        elif kind == "block":
            end = self.text.find("*/", match.end())
            if end < 0:
                raise self.error(self.position)
            self.position = end + 2
        elif kind == "identifier":
            self.add(IDENTIFIER, self.position + self.identifier_length(match.group()))
        elif kind == "heredoc":
            self.open_heredoc(match["mark"], match.end())
        elif kind == "symbol":
            self.symbol(match.group(), braces)
        else:
            self.add(kind, match.end())

    def identifier_length(self, word: str) -> int:
        """How much of a word is an identifier. Raises TerraformError if nothing is."""
        if word.isascii() or is_identifier(word):
            return len(word)
        length = 0
        while length < len(word) and is_identifier(word[length] if length == 0 else f"a{word[length]}"):
            length += 1
        if length == 0:
            raise self.error(self.position)
        return length

    def open_heredoc(self, mark: str, end: int) -> None:
        if not is_identifier(mark):
            raise self.error(self.position)
        self.add(OPEN_HEREDOC, end)
        self.outer.append(mark)

    def symbol(self, symbol: str, braces: int) -> None:
        end = self.position + len(symbol)
        if symbol == '"':
            self.add(OPEN_QUOTE, end)
            self.outer.append(None)
        elif symbol in {"}", "~}"} and braces == 0 and len(self.outer) > 1:
            self.outer.pop()
            self.add(CLOSE_TEMPLATE, end)
        else:
            self.outer[-1] = braces + (symbol == "{") - (symbol == "}")
            self.add(symbol, end)

    def quoted(self) -> None:
        match = _QUOTED.match(self.text, self.position)
        if match:
            self.add(TEXT, match.end())
        elif self.text[self.position] == '"':
            self.outer.pop()
            self.add(CLOSE_QUOTE, self.position + 1)
        else:
            self.open_template()

    def open_template(self) -> None:
        match = _OPENING.match(self.text, self.position)
        if match is None:
            raise self.error(self.position)
        self.outer.append(0)
        self.add(match.group(1), match.end())

    def heredoc(self, mark: str) -> None:
        match = _LINE.match(self.text, self.position)
        if match is None or match.end() == self.position:
            self.open_template()
            return
        is_line = self.text[self.position - 1] == "\n" and match["newline"] is not None
        if is_line and match.group().strip(_SPACE) == mark:
            self.outer.pop()
            self.add(CLOSE_HEREDOC, match.start("newline"))
        else:
            self.add(TEXT, match.end())
