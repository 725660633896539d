"""Parses the expressions of HCL's native syntax. What is not a literal is only checked."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bot.formats.terraform import tokens as t
from bot.formats.terraform.cursor import TokenCursor
from bot.formats.terraform.nodes import ListNode, Literal, MapNode, Node, Other, Quoted
from bot.formats.terraform.strings import decode_quoted, is_number

_BINARY = frozenset({"||", "&&", "==", "!=", ">", "<", ">=", "<=", "+", "-", "*", "/", "%"})
_KEYWORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class ExpressionParser(TokenCursor):
    """A recursive descent. All methods raise TerraformError."""

    def expression(self) -> Node:
        start = self.peek().start
        node, simple = self.operand(), True
        while True:
            if self.peek().kind in _BINARY:
                self.read()
            elif self.skip("?"):
                with self.nested(line_breaks=self.line_breaks):
                    self.expression()
                self.read(":")
            else:
                return node if simple else Other(start, self.end)
            self.operand()
            simple = False

    def operand(self) -> Node:
        """A term with the signs before it and the traversals behind it."""
        start, signed = self.peek().start, False
        while self.skip("-") or self.skip("!"):
            signed = True
        node = self.term()
        has_traversals = self.next_is(".", "[")
        self.traversals()
        return Other(start, self.end) if signed or has_traversals else node

    def term(self) -> Node:
        token = self.read("(", "[", "{", t.NUMBER, t.IDENTIFIER, t.OPEN_QUOTE, t.OPEN_HEREDOC)
        match token.kind:
            case "(":
                with self.nested(line_breaks=False):
                    node = self.expression()
                    self.read(")")
                return node
            case "[":
                return self.list_(token)
            case "{":
                return self.map_(token)
            case t.NUMBER:
                return self.number(token)
            case t.IDENTIFIER:
                return self.name(token)
            case _:
                return self.template(token)

    def number(self, token: t.Token) -> Node:
        if not is_number(self.word(token)):
            raise self.error(token)
        try:
            return Literal(Decimal(self.word(token)))
        except InvalidOperation:  # an exponent that is too large to be a number here
            return Other(token.start, token.end)

    def name(self, token: t.Token) -> Node:
        """A keyword, a variable, or the call of a function."""
        if not self.next_is("(", "::"):
            word = self.word(token)
            return Literal(_KEYWORDS[word]) if word in _KEYWORDS else Other(token.start, token.end)
        while self.skip("::"):
            self.read(t.IDENTIFIER)
        self.read("(")
        with self.nested(line_breaks=False):
            while not self.skip(")"):
                self.expression()
                if self.skip("..."):
                    self.read(")")
                    break
                if not self.next_is(")"):
                    self.read(",")
        return Other(token.start, self.end)

    def traversals(self) -> None:
        """The indexes, attributes and splats behind a term."""
        while self.next_is(".", "["):
            if self.read().kind == ".":
                self.attribute()
            elif self.skip("*"):
                self.read("]")
            else:
                with self.nested(line_breaks=False):
                    self.expression()
                    self.read("]")

    def attribute(self) -> None:
        """The name or number after a dot, or a star with the attributes that it is for."""
        token = self.read(t.IDENTIFIER, t.NUMBER, "*")
        self.check_index(token)
        while token.kind == "*" and self.skip("."):
            self.check_index(self.read(t.IDENTIFIER, t.NUMBER))

    def check_index(self, token: t.Token) -> None:
        if token.kind == t.NUMBER and ("." in self.word(token) or not is_number(self.word(token))):
            raise self.error(token)

    def list_(self, opened: t.Token) -> Node:
        items: list[Node] = []
        with self.nested(line_breaks=False):
            if self.next_is_word("for"):
                return self.for_expression(opened, "]")
            while not self.skip("]"):
                items.append(self.expression())
                if not self.next_is("]"):
                    self.read(",")
        return ListNode(tuple(items))

    def map_(self, opened: t.Token) -> Node:
        entries: dict[str, Node] = {}
        complete = True
        with self.nested(line_breaks=False):
            if self.next_is_word("for"):
                return self.for_expression(opened, "}")
        with self.nested(line_breaks=True):
            while not self.skip("}"):
                if self.skip(t.NEWLINE):
                    continue
                first = self.peek()
                key = self.expression()
                self.read("=", ":")
                name = self.key_name(first, key)
                value = self.expression()
                complete = complete and name is not None and name not in entries
                if name is not None:
                    entries[name] = value
                if not self.next_is("}"):
                    self.read(",", t.NEWLINE)
        return MapNode(entries, complete, opened.start, self.end)

    def key_name(self, first: t.Token, key: Node) -> str | None:
        if isinstance(key, Quoted):
            return key.value
        is_word = first.kind == t.IDENTIFIER and (
            isinstance(key, Literal) or (isinstance(key, Other) and key.end == first.end)
        )
        return self.word(first) if is_word else None

    def for_expression(self, opened: t.Token, close: str) -> Node:
        with self.nested(line_breaks=False):
            self.read(t.IDENTIFIER)
            self.for_names()
            self.expression()
            self.read(":")
            self.expression()
            if close == "}":
                self.read("=>")
                self.expression()
                self.skip("...")
            if self.next_is_word("if"):
                self.read()
                self.expression()
            self.read(close)
        return Other(opened.start, self.end)

    def for_names(self) -> None:
        """`KEY, VALUE in`, or `VALUE in`."""
        self.read(t.IDENTIFIER)
        if self.skip(","):
            self.read(t.IDENTIFIER)
        if not self.next_is_word("in"):
            raise self.error(self.peek())
        self.read()

    def template(self, opened: t.Token) -> Node:
        """A quoted text or a heredoc, with its interpolations and directives."""
        close = t.CLOSE_QUOTE if opened.kind == t.OPEN_QUOTE else t.CLOSE_HEREDOC
        parts: list[Node | None] = []
        directives: list[str] = []
        start = self.peek().start
        while (token := self.read(t.TEXT, t.INTERPOLATION, t.DIRECTIVE, close)).kind != close:
            if token.kind == t.TEXT:
                parts.append(self.quoted(token) if close == t.CLOSE_QUOTE else None)
            else:
                parts.append(self.embedded(token, directives))
        if directives:
            raise self.error(token)
        only = parts[0] if len(parts) == 1 else None
        if close == t.CLOSE_QUOTE and not parts:
            return Quoted("", start, start)
        return only or Other(opened.start, token.end)

    def embedded(self, token: t.Token, directives: list[str]) -> Node | None:
        """An interpolation, or None for a directive."""
        node = None
        with self.nested(line_breaks=False):
            if token.kind == t.INTERPOLATION:
                node = self.expression()
            else:
                self.directive(directives)
            self.read(t.CLOSE_TEMPLATE)
        return node

    def quoted(self, token: t.Token) -> Quoted:
        value = decode_quoted(self.word(token))
        if value is None:
            raise self.error(token)
        return Quoted(value, token.start, token.end)

    def directive(self, opened: list[str]) -> None:
        """One of `if`, `else`, `endif`, `for` and `endfor`. `opened` are those whose end is still to come."""
        token = self.read(t.IDENTIFIER)
        word = self.word(token)
        last = opened.pop() if opened and word in {"else", "endif", "endfor"} else None
        if word == "if":
            self.expression()
            opened.append("if")
        elif word == "for":
            self.for_names()
            self.expression()
            opened.append("for")
        elif word == "else" and last == "if":
            opened.append("else")
        elif not (word == "endif" and last in {"if", "else"}) and not (word == "endfor" and last == "for"):
            raise self.error(token)
