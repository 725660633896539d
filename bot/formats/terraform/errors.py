"""What can be wrong with a Terraform file, and the calls of the parser that say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lark.exceptions import LarkError

T = TypeVar("T")


class TerraformError(ValueError):
    """A text that is not valid Terraform. `line` counts from 1, and is None if unknown."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__("not valid Terraform" + (f" (line {line})" if line else ""))
        self.line = line


def parse_with(parser: Callable[[str], T], text: str) -> T:
    """What the parser makes of a text. Raises TerraformError, whatever the parser raises."""
    try:
        return parser(text if text.endswith("\n") else f"{text}\n")
    except (LarkError, ValueError, RecursionError) as error:
        line = getattr(error, "line", None)
        raise TerraformError(line if isinstance(line, int) and line > 0 else None) from None
