"""Commands in comments. A comment yields commands or explained errors; nothing here looks anything up."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.markdown import one_line

MAX_COMMANDS = 20
MAX_ARGUMENTS = 250
_MAY_HOLD_COMMAND = re.compile(r"(?:^|[\r\n]) {0,3}/[A-Za-z]")
_QUOTES = re.compile("[\u201c\u201d\u201e\u201f]")  # phone keyboards replace quotation marks by these
_LINE = re.compile(r" {0,3}/([A-Za-z][A-Za-z0-9_-]{0,39})(?=\s|$)(.*)")
_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use characters: they mean nothing in a comment
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
_MARK = re.compile(rf"{_OPEN}(\d+){_CLOSE}", re.ASCII)
_markdown = MarkdownIt("commonmark").enable("table")


@stored("chat.too_many_commands", limit="limit")
@dataclass(frozen=True)
class TooManyCommands(Reason):
    """The comment has more commands than `limit`; this one and those after it are ignored."""

    limit: int


@stored("chat.too_many_words", limit="limit")
@dataclass(frozen=True)
class TooManyWords(Reason):
    """The command has more words than `limit`."""

    limit: int


@stored("chat.unclosed_quote")
@dataclass(frozen=True)
class UnclosedQuote(Reason):
    """A quotation mark has no partner."""


@stored("chat.empty_quote")
@dataclass(frozen=True)
class EmptyQuote(Reason):
    """Two quotation marks have nothing between them."""


@dataclass(frozen=True)
class CommandLine:
    """One command as it was typed: its name in lower case and its arguments, quotes resolved.

    `fault` says what is wrong with a line that can't be parsed.
    """

    name: str
    arguments: tuple[str, ...] = ()
    fault: Reason | None = None


def parse(body: str) -> list[CommandLine]:
    """The commands of a comment, in order.

    A command is a line of running text that starts with `/NAME`. Lines in quotes, code blocks, code spans and HTML
    comments are ignored. At most MAX_COMMANDS are returned, and after them one whose fault says that the rest is
    ignored.
    """
    if _MAY_HOLD_COMMAND.search(body) is None:
        return []
    found = [_parse_command(match) for match in islice(_command_lines(body), MAX_COMMANDS + 1)]
    if len(found) > MAX_COMMANDS:
        return [*found[:MAX_COMMANDS], CommandLine(found[MAX_COMMANDS].name, fault=TooManyCommands(MAX_COMMANDS))]
    return found


def has_commands(body: str) -> bool:
    """Whether a comment has any command."""
    return bool(parse(body))


def _parse_command(match: re.Match[str]) -> CommandLine:
    """The command of a line. Invisible characters, which copied text often has, are ignored."""
    name, rest = match.group(1).lower(), _QUOTES.sub('"', one_line(match.group(2)))
    lexer = shlex.shlex(_commas_as_blanks(rest), posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.escape = ""
    lexer.quotes = '"'
    try:
        words = list(lexer)
    except ValueError:
        return CommandLine(name, fault=UnclosedQuote())
    if "" in words:
        return CommandLine(name, fault=EmptyQuote())
    arguments = tuple(words)
    if len(arguments) > MAX_ARGUMENTS:
        return CommandLine(name, fault=TooManyWords(MAX_ARGUMENTS))
    return CommandLine(name, arguments)


def _commas_as_blanks(rest: str) -> str:
    """The text with spaces instead of the commas between words. Within quotes, commas stay."""
    parts = rest.split('"')
    return '"'.join(part if index % 2 else part.replace(",", " ") for index, part in enumerate(parts))


def _command_lines(body: str) -> Iterator[re.Match[str]]:
    lines = _MARKS.sub("\ufffd", body.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    for start, end in dict.fromkeys(_running_text(lines)):  # the cells of a table's row share its line
        candidates = {n: match for n in range(start, end) if (match := _LINE.fullmatch(lines[n]))}
        plain = _plain_lines(lines[start:end], {n - start for n in candidates}) if candidates else set()
        yield from (match for n, match in candidates.items() if n - start in plain)


def _running_text(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Line ranges of paragraphs that are not quoted."""
    quotes = 0
    for token in _markdown.parse("\n".join(lines)):
        if token.type in {"blockquote_open", "blockquote_close"}:
            quotes += token.nesting
        elif token.type == "inline" and token.map and not quotes:
            yield token.map[0], token.map[1]


def _plain_lines(paragraph: list[str], candidates: set[int]) -> set[int]:
    """Which candidate lines start as text, not inside a code span or an HTML comment of their paragraph.

    Each candidate's `/` is replaced by a mark with its line number. A mark that comes out in a text token shows that
    the line starts as text.
    """
    marked = [
        line.replace("/", f"{_OPEN}{number}{_CLOSE}", 1) if number in candidates else line
        for number, line in enumerate(paragraph)
    ]
    tokens = _text_tokens(_markdown.parseInline("\n".join(marked)))
    return {int(number) for token in tokens for number in _MARK.findall(token.content)}


def _text_tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "text":
            yield token
        if token.type != "image":  # the children of an image are its alternative text
            yield from _text_tokens(token.children or [])
