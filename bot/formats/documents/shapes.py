"""How a value of one type is stored: how it is written, how it is read, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.formats.documents.errors import DocumentError


@dataclass(frozen=True)
class Shape:
    """The stored form of one type. Both functions raise DocumentError for a value that is not of it.

    `described` is JSON that says what the stored form is; it uses no Python name. `simple` values can be elements
    of a set.
    """

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    described: Any
    simple: bool = False


def inside(name: str, convert: Callable[[Any], Any]) -> Callable[..., Any]:
    """`convert` as a hook of cattrs for one field. Its errors say that they happened in the field."""

    def hook(value: Any, _type: Any = None) -> Any:
        try:
            return convert(value)
        except DocumentError as error:
            error.enter(name)
            raise

    return hook
