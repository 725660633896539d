"""Goes through the tokens of a text, for a parser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.formats.terraform import tokens as t
from bot.formats.terraform.errors import TerraformError

_MAX_DEPTH = 60
"""How deeply expressions and blocks may be nested. Files that people write are far flatter."""


class TokenCursor:
    """A position in the tokens of a text. Methods that read raise TerraformError.

    Line breaks are tokens where they end something, and are skipped inside brackets and templates.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Sequence[t.Token] = t.tokens(text)
        self.index = 0
        self.end = 0
        self.depth = 0
        self.line_breaks = True

    def peek(self) -> t.Token:
        """The next token. The end of a line comment is a line break."""
        while True:
            token = self.tokens[self.index]
            if token.kind not in {t.NEWLINE, t.LINE_COMMENT}:
                return token
            if self.line_breaks:
                return t.Token(t.NEWLINE, token.start, token.end)
            self.index += 1

    def read(self, *kinds: str) -> t.Token:
        """The next token, which is one of these kinds."""
        token = self.peek()
        if kinds and token.kind not in kinds:
            raise self.error(token)
        if token.kind != t.END:
            self.index += 1
        self.end = token.end
        return token

    def next_is(self, *kinds: str) -> bool:
        return self.peek().kind in kinds

    def skip(self, kind: str) -> bool:
        """Whether the next token is of this kind; then it is read."""
        found = self.peek().kind == kind
        if found:
            self.read()
        return found

    def error(self, token: t.Token) -> TerraformError:
        return TerraformError(t.line_at(self.text, token.start))

    def word(self, token: t.Token) -> str:
        return self.text[token.start : token.end]

    def next_is_word(self, word: str) -> bool:
        token = self.peek()
        return token.kind == t.IDENTIFIER and self.word(token) == word

    @contextmanager
    def nested(self, *, line_breaks: bool) -> Iterator[None]:
        """What is between brackets, where line breaks count or do not."""
        if self.depth >= _MAX_DEPTH:
            raise self.error(self.tokens[self.index])
        before, self.line_breaks = self.line_breaks, line_breaks
        self.depth += 1
        yield
        self.depth -= 1
        self.line_breaks = before
