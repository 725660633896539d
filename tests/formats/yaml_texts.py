"""YAML documents of many manners, and other values for them, as chance makes them."""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.formats.yaml import Map, Scalar, Sequence, Style, Value

T = TypeVar("T")
WORDS = [
    "a",
    "b",
    "image",
    "x-y",
    "PGHOST",
    "net",
    "it's",
    'say "hi"',
    "10s",
    "-Xmx2g",
    "a b",
    "A=1",
    "c:d",
    "ü",
    "a#b",
]
AWKWARD = [
    "", " pad ", "# no", "- x", "*a", "&b", "{c}", "[d]", "k: v", "yes", "12", "!t", "two\nlines", "end\n",
    "tab\there", "%x", "@y", "|", ">", "'", '"', "\\", "null", "~", "1:30", "0777", "<<", "\u2028", "\x1b", "é\n\n",
    ", ,", "-", "---", "\n", "x:", "?", "? x", "...", "\ufeff", "\x85", " \n x", "a\n\n b\n", "😀", "$V",
    "${V:-x}:/y", "`", "=", "0x1",
]  # fmt: skip
PLAIN = ["12", "true", "null", "~", ""]
"""Texts that mean the same, and no string, to every reader of YAML."""
COMMENTS = ["# note", "#", "# image: none", "#\ttabbed", "# - A=1"]
QUOTED = [style for style in Style if style is not Style.PLAIN]


class RandomValues:
    """Makes values, and others that have something in common with a given one."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def one_of(self, *choices: T) -> T:
        return self.random.choice(choices)

    def one_in(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def count(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def sample(self, choices: list[str], least: int, most: int) -> list[str]:
        return self.random.sample(choices, self.count(least, most))

    def scalar_value(self) -> Scalar:
        if self.one_in(2):
            return Scalar(self.one_of(*WORDS, *PLAIN))
        return Scalar(self.one_of(*WORDS, *AWKWARD), self.one_of(*QUOTED))

    def value(self, depth: int = 0) -> Value:
        kind = self.count(0, 3)
        if depth > 2 or kind < 2:
            return self.scalar_value()
        if kind == 2:
            return Sequence(tuple(self.value(depth + 1) for _ in range(self.count(0, 3))), flow=self.one_in(3))
        names = self.sample([*WORDS, *AWKWARD], 0, 3)
        return Map({name: self.value(depth + 1) for name in names}, flow=self.one_in(3))

    def mutate(self, value: Value) -> Value:
        choice = self.count(0, 9)
        if choice == 0:
            return self.value()
        if isinstance(value, Scalar):
            return self.scalar_value() if choice < 5 else value
        if choice < 4:
            return value
        if isinstance(value, Sequence):
            items = [self.mutate(item) for item in value.items if not self.one_in(5)]
            for _ in range(self.count(0, 2)):
                items.insert(self.count(0, len(items)), self.value())
            return Sequence(tuple(items), value.tag, value.flow)
        entries = {key: self.mutate(item) for key, item in value.entries.items() if not self.one_in(5)}
        if self.one_in(2):
            entries |= {name: self.value() for name in self.sample([*WORDS, *AWKWARD], 1, 2)}
        return value.with_entries(entries)


class RandomDocument(RandomValues):
    """Writes one document; `anchors` has the names of those that are complete, and whether each is a mapping."""

    def __init__(self, random: Random, with_anchors: bool) -> None:
        super().__init__(random)
        self.with_anchors = with_anchors
        self.anchors: dict[str, bool] = {}
        self.anchor_count = 0
        self.indented = self.one_in(2)
        self.step = self.one_of(2, 2, 2, 3, 4)

    def text(self) -> str:
        head: list[str] = self.one_of([], ["# head", ""], ["---"])
        lines = [*head, *self.block(0, 0, is_map=not self.one_in(5)), *self.between(0)]
        content = self.one_of("\n", "\n", "\n", "\r\n").join(lines)
        return self.one_of("", "", "", "\ufeff") + content + self.one_of("\n", "\n", "\n", "", "\n\n")

    def comment(self) -> str:
        return f"  {self.one_of(*COMMENTS)}" if self.one_in(5) else ""

    def between(self, column: int) -> list[str]:
        pad = " " * column
        lines = ["", "  ", f"{pad}{self.one_of(*COMMENTS)}", f"{pad}{self.one_of(*COMMENTS)}", f"{pad}  # deeper"]
        return [self.one_of(*lines) for _ in range(self.count(0, 3))] if self.one_in(3) else []

    def anchor(self) -> str:
        if not self.with_anchors or not self.one_in(4):
            return ""
        self.anchor_count += 1
        return f"&n{self.anchor_count} "

    def register_anchor(self, anchor: str, content: str, is_map: bool) -> str:
        if anchor:
            self.anchors[anchor.strip("& ")] = is_map
        return anchor + content

    def scalar(self, flow: bool) -> str:
        kind = self.count(0, 3)
        if kind == 0:
            return self.one_of(*(word for word in [*WORDS, *PLAIN[:-1]] if word.isalnum() or not flow))
        text = self.one_of(*WORDS, *AWKWARD)
        if kind == 1 and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text) + '"'

    def flow(self, depth: int) -> str:
        anchor = self.anchor()
        if depth > 1 or self.one_in(2):
            return self.register_anchor(anchor, self.scalar(True), False)
        if self.one_in(2):
            items = ", ".join(self.flow(depth + 1) for _ in range(self.count(0, 3)))
            return self.register_anchor(
                anchor, self.one_of(f"[{items}]", f"[ {items} ]", f"[{items},]" if items else "[]"), False
            )
        names = self.sample(WORDS[:5], 0, 3)
        entries = ", ".join(f"{name}: {self.flow(depth + 1)}" for name in names)
        return self.register_anchor(anchor, self.one_of(f"{{{entries}}}", f"{{ {entries} }}"), True)

    def lines(self, column: int, depth: int, after_dash: bool) -> list[str]:
        """A value; the first of its lines goes behind the colon or the dash."""
        pad = " " * (column + self.step)
        if self.anchors and self.one_in(3):
            return [f" *{self.one_of(*self.anchors)}{self.comment()}"]
        kind = self.count(0, 9)
        if depth < 3 and kind < 4:
            return self.below(column, depth, after_dash)
        if kind == 4:
            return [f" {self.one_of('|', '|-', '|+', '>', '>-')}", f"{pad}one", "", f"{pad}# two", f"{pad}{pad}three"]
        if kind == 5 and not after_dash:
            return [self.comment()]
        if kind == 6:
            between = self.between(column + self.step)
            return [
                " [",
                f"{pad}a,{self.comment()}",
                f"{pad}'b',",
                *between,
                f"{pad}{{c: d}}",
                f"{pad}]{self.comment()}",
            ]
        if kind == 7:
            quote = self.one_of("", "'", '"')
            return [f" {quote}one", f"{pad}two{quote}{self.comment()}"]
        content = self.flow(0) if kind == 8 else self.scalar(False)
        return [f" {content}{self.comment()}"]

    def below(self, column: int, depth: int, after_dash: bool) -> list[str]:
        anchor = self.anchor()
        is_map = self.one_in(2)
        inner = column if not is_map and not self.indented and not after_dash else column + self.step
        lines = self.block(inner, depth + 1, is_map)
        head = self.register_anchor(f" {anchor.rstrip()}" if anchor else "", "", is_map)
        if after_dash and not anchor and self.one_in(2):
            return [f"{' ' * (inner - column - 1)}{lines[0][inner:]}", *lines[1:]]
        return [head + self.comment(), *self.between(inner), *lines]

    def block(self, column: int, depth: int, is_map: bool) -> list[str]:
        pad = " " * column
        if is_map:
            return self.mapping(column, depth)
        lines: list[str] = []
        for _ in range(self.count(1, 4)):
            first, *rest = self.lines(column, depth, after_dash=True)
            lines += [*(self.between(column) if lines else []), f"{pad}-{first}", *rest]
        return lines

    def mapping(self, column: int, depth: int) -> list[str]:
        pad = " " * column
        lines: list[str] = []
        merges = [f"*{name}" for name, is_map in self.anchors.items() if is_map]
        if merges and self.one_in(2):
            lines.append(f"{pad}<<: {self.one_of(merges[0], '[' + ', '.join(merges) + ']')}")
        for name in self.sample(WORDS, 1, 4):
            key = "'" + name.replace("'", "''") + "'" if not name.isalnum() or self.one_in(3) else name
            first, *rest = self.lines(column, depth, after_dash=False)
            lines += [*(self.between(column) if lines else []), f"{pad}{key}:{first}", *rest]
        return lines


def random_values() -> st.SearchStrategy[RandomValues]:
    return st.builds(RandomValues, st.randoms(use_true_random=True))


def documents() -> st.SearchStrategy[str]:
    """Documents in one of the manners that people have, or a mixture."""
    return st.builds(RandomDocument, st.randoms(use_true_random=True), st.booleans()).map(RandomDocument.text)


def documents_without_anchors() -> st.SearchStrategy[str]:
    return st.builds(RandomDocument, st.randoms(use_true_random=True), st.just(False)).map(RandomDocument.text)


def to_python(value: Value) -> Any:
    """The value as a YAML reader gives it, for those of which every reader gives the same."""
    if isinstance(value, Map):
        return {key: to_python(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [to_python(item) for item in value.items]
    if value.is_null:
        return None
    if value.is_string:
        return value.text
    return {"12": 12, "true": True}[value.text]
