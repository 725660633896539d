"""What people name on the command line: versions and instances."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from bot.cli.common import USAGE_ERROR, error_exit

if TYPE_CHECKING:
    from bot.domain.fleet.model import Fleet, Instance
    from bot.domain.versions import Version

_MAX_DIGITS = 19


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """The parser of an option that takes a whole number in these bounds. Typer's own words are pydantic's."""
    bounds = f"from {least} to {most}" if most is not None else f"of {least} or more"

    def parse(word: str | int) -> int:
        digits = str(word)
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < _MAX_DIGITS else -1
        if number < least or (most is not None and number > most):
            raise typer.BadParameter(f"it must be a whole number {bounds}.")
        return number

    return parse


def parse_version(word: str) -> Version:
    """The version, or a sentence on stderr and exit status 2."""
    from bot.domain.versions import MAX_PART, Version, looks_like_version

    version = Version.parse(word)
    if version is None:
        numbers = f" Its numbers go up to {MAX_PART}, without zeros before them." if looks_like_version(word) else ""
        hint = "write X.Y.Z, such as 3.40.1, or X.Y.Z-rc.N."
        raise error_exit(f"{word!r} is not a version; {hint}{numbers}", USAGE_ERROR)
    return version


def resolve_instance(word: str, fleet: Fleet) -> Instance:
    """The instance that a slug, a domain or an account URL names, or a sentence on stderr and exit status 2.

    The sentence may name instances by their slugs, because people at a terminal see the deployment repository.
    """
    from bot.domain.fleet.model import Instance
    from bot.domain.fleet.names import resolve
    from bot.rendering.wording import describe

    found = resolve(word, fleet)
    if isinstance(found, Instance):
        return found
    raise error_exit(f"{word}: {describe(found)}", USAGE_ERROR)
