"""Parses Terraform files: all that is valid in HCL's native syntax, and nothing else."""

from __future__ import annotations

from bot.formats.terraform import tokens as t
from bot.formats.terraform.expressions import ExpressionParser
from bot.formats.terraform.nodes import Block, Body, Node


def parse(text: str) -> Body:
    """What is in a file. Raises TerraformError."""
    return _BodyParser(text).body(t.END)


class _BodyParser(ExpressionParser):
    """Adds the structure of a file to its expressions. All methods raise TerraformError."""

    def body(self, close: str) -> Body:
        """Attributes and blocks on lines of their own, up to the end of the file or the closing brace."""
        attributes: dict[str, Node] = {}
        blocks: list[Block] = []
        while not self.next_is(close):
            if self.skip(t.NEWLINE):
                continue
            name = self.read(t.IDENTIFIER)
            if self.skip("="):
                self.attribute_value(name, attributes)
            else:
                blocks.append(self.block(name))
            if not self.next_is(t.END):
                self.read(t.NEWLINE)
        return Body(attributes, tuple(blocks))

    def attribute_value(self, name: t.Token, attributes: dict[str, Node]) -> None:
        if self.word(name) in attributes:
            raise self.error(name)
        attributes[self.word(name)] = self.expression()

    def block(self, type_: t.Token) -> Block:
        labels = []
        while not self.skip("{"):
            token = self.read(t.IDENTIFIER, t.OPEN_QUOTE)
            labels.append(self.word(token) if token.kind == t.IDENTIFIER else self.label())
        with self.nested(line_breaks=True):
            if self.next_is(t.NEWLINE, "}", t.END):
                body = self.body("}")
            else:  # `name { attribute = value }`
                attributes: dict[str, Node] = {}
                name = self.read(t.IDENTIFIER)
                self.read("=")
                self.attribute_value(name, attributes)
                body = Body(attributes, ())
            self.read("}")
        return Block(self.word(type_), tuple(labels), body)

    def label(self) -> str:
        """A quoted label, after its first quote. It has no templates."""
        value = ""
        while (token := self.read(t.TEXT, t.CLOSE_QUOTE)).kind == t.TEXT:
            value += self.quoted(token).value
        return value
