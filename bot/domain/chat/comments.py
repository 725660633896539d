"""Commands in comments. A comment yields commands or explained errors; nothing here looks anything up.

Everything here takes time that grows with the length of the comment, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bot.domain.reasons import Reason
from bot.formats.documents import stored
from bot.formats.mail_history import find_mail_history
from bot.formats.markdown import MAX_BODY_LENGTH, one_line
from bot.formats.running_text import RunningText, split_lines

MAX_COMMANDS = 20
MAX_ARGUMENTS = 250
MAX_LINE_LENGTH = 20_000
"""Characters of one command: MAX_ARGUMENTS URLs and a long reason."""
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Characters that have no shape, which copied text often has."""
_BLANK = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Blanks that make no code block of a line, other than spaces."""
MAX_NAME_LENGTH = 40
MAX_INDENT = 3
"""Spaces before a command. From four on, GitHub shows a line as code."""
_CANDIDATE = re.compile(
    rf"^([ {_BLANK}{_INVISIBLE}]*+)/([{_INVISIBLE}]*+[A-Za-z][A-Za-z0-9_\-{_INVISIBLE}]*+)(?=\s|<!--|\Z)",
    re.MULTILINE,
)
_LINE = re.compile(rf"/([A-Za-z][A-Za-z0-9_-]{{0,{MAX_NAME_LENGTH - 1}}})(?: (.*))?")
_WORD = re.compile(r'(?:\[[^\[\]"]*\]\([^()\s"]*\)|"[^"]*"|[^\s",])++')
"""A word, in which links and quoted texts may have blanks."""
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_QUOTES = re.compile("[\u201c\u201d\u201e\u201f]")  # phone keyboards replace quotation marks by these
_MAX_BODY_LENGTH = 4 * MAX_BODY_LENGTH
"""No comment of GitHub's is as long, however it counts."""


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


@stored("chat.too_long", limit="limit")
@dataclass(frozen=True)
class TooLong(Reason):
    """The command has more characters than `limit`."""

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

    `fault` says what is wrong with a line that can't be parsed. `quoted` are the positions of the arguments that
    stood in quotation marks.
    """

    name: str
    arguments: tuple[str, ...] = ()
    fault: Reason | None = None
    quoted: frozenset[int] = field(default=frozenset(), compare=False)


def command_names(body: str) -> Iterator[str]:
    """The names on the lines that could be commands, in lower case. A glance: a quote or code is not told apart.

    It costs little enough to be done to every comment of everybody.
    """
    return (name for _, name in _candidates(split_lines(body)))


def parse(body: str, is_wanted: Callable[[str], bool] = bool) -> list[CommandLine]:
    """The commands of a comment whose names are wanted, in order.

    A command is a line of its author's running text that starts with `/NAME`. What is quoted, code, hidden or struck
    through is ignored, and so are the mails below a reply by mail. At most MAX_COMMANDS are returned, and after them
    one whose fault says that the rest is ignored.
    """
    lines = split_lines(body)
    wanted = [number for number, name in _candidates(lines) if is_wanted(name)]
    if not wanted:
        return []
    text = RunningText(body)
    history = find_mail_history(lines, text.has_text)
    own = (number for number in wanted if text.begins(number) and (history is None or number < history))
    commands = (command for number in own if (command := _parse_command(text.line(number))))
    found = list(islice(commands, MAX_COMMANDS + 1))
    if len(found) > MAX_COMMANDS:
        return [*found[:MAX_COMMANDS], CommandLine(found[MAX_COMMANDS].name, fault=TooManyCommands(MAX_COMMANDS))]
    return found


def _candidates(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that could be commands, with the names."""
    text = "\n".join(lines)
    if len(text) > _MAX_BODY_LENGTH:
        return
    number, seen = 0, 0
    for match in _CANDIDATE.finditer(text):
        blanks, name = match.groups()
        if not name.isascii():
            name = _HIDDEN.sub("", name)
        if len(name) <= MAX_NAME_LENGTH and (not blanks or blanks.count(" ") <= MAX_INDENT):
            number, seen = number + text.count("\n", seen, match.start(2)), match.start(2)
            yield number, name.lower()


def _parse_command(line: str) -> CommandLine | None:
    """The command of a line, or None if nothing is left of it without what is hidden in it."""
    if len(line) > MAX_LINE_LENGTH:
        return next((CommandLine(name, fault=TooLong(MAX_LINE_LENGTH)) for _, name in _candidates([line])), None)
    match = _LINE.fullmatch(one_line(_HIDDEN.sub("", line)))
    if match is None:
        return None
    name, rest = match.group(1).lower(), _QUOTES.sub('"', match.group(2) or "")
    if rest.count('"') % 2:
        return CommandLine(name, fault=UnclosedQuote())
    words = _WORD.findall(rest)
    arguments = tuple(word.replace('"', "") for word in words)
    quoted = frozenset(place for place, word in enumerate(words) if word[0] == word[-1] == '"')
    if "" in arguments:
        return CommandLine(name, fault=EmptyQuote())
    if len(arguments) > MAX_ARGUMENTS:
        return CommandLine(name, fault=TooManyWords(MAX_ARGUMENTS))
    return CommandLine(name, arguments, quoted=quoted)
