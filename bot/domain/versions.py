"""Versions of the product: how they are written, found in text, and ordered."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import total_ordering

MAX_PART = 65_535
"""The greatest number in a version (domain-more.md, "Calendar of releases")."""

_PART = r"(?:0|[1-9]\d{0,4})"
VERSION_PATTERN = rf"{_PART}\.{_PART}\.{_PART}(?:-rc\.{_PART})?"
"""The form of a version without `v`, for patterns of names with a version in them. What matches may still be too
large, so `Version.parse` decides."""

_WHOLE = re.compile(rf"v?({_PART})\.({_PART})\.({_PART})(?:-rc\.({_PART}))?", re.ASCII)
_INSIDE = re.compile(rf"(?<![\w.\-])(v?{VERSION_PATTERN})(?!\w|[.\-+]+\w)", re.ASCII)
_LOOKS_LIKE = re.compile(r"v?\d{1,40}\.\d{1,40}\.\d{1,40}(?:-rc\.\d{1,40})?", re.ASCII)
GOLDEN_PATH = re.compile(rf"golden/docker-compose\.({VERSION_PATTERN})\.yaml", re.ASCII)


@total_ordering
@dataclass(frozen=True)
class Version:
    """`X.Y.Z`, or the release candidate `X.Y.Z-rc.N`. A candidate comes before its release."""

    major: int
    minor: int
    patch: int
    candidate: int | None = None

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """The version that `text` is (`3.40.1`, `v3.40.1`, `3.41.0-rc.2`), or None if it is something else.

        No number is greater than `MAX_PART` or begins with a zero that could be left out.
        """
        match = _WHOLE.fullmatch(text.strip())
        if match is None:
            return None
        parts = [int(part) for part in match.groups() if part is not None]
        return None if max(parts) > MAX_PART else cls(*parts)

    @classmethod
    def find_in(cls, text: str) -> Version | None:
        """The first version in a text, such as the title of an issue, or None."""
        return next((version for version, _, _ in versions_in(text)), None)

    @property
    def is_candidate(self) -> bool:
        return self.candidate is not None

    @property
    def series(self) -> str:
        """The minor series, `3.40`."""
        return f"{self.major}.{self.minor}"

    @property
    def golden_path(self) -> str:
        """The path of this version's golden file in the deployment repository (domain.md, "Layout")."""
        return f"golden/docker-compose.{self}.yaml"

    def _key(self) -> tuple[int, int, int, int, int]:
        final = 1 if self.candidate is None else 0
        return (self.major, self.minor, self.patch, final, self.candidate or 0)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._key() < other._key()

    def __str__(self) -> str:
        tail = "" if self.candidate is None else f"-rc.{self.candidate}"
        return f"{self.major}.{self.minor}.{self.patch}{tail}"


def versions_in(text: str) -> list[tuple[Version, int, int]]:
    """The versions in a text, with where each begins and ends."""
    found = ((Version.parse(match.group(1)), match.start(), match.end()) for match in _INSIDE.finditer(text))
    return [(version, start, end) for version, start, end in found if version is not None]


def looks_like_version(text: str) -> bool:
    """Whether a text has the form of a version, whatever its numbers are."""
    return _LOOKS_LIKE.fullmatch(text.strip()) is not None


def nearest_version(target: Version, released: Collection[Version]) -> Version | None:
    """The known version that is most like `target`, for somebody who mistyped it; None if none is known."""

    def distance(version: Version) -> tuple[int, int, int, bool, int]:
        return (
            abs(version.major - target.major),
            abs(version.minor - target.minor),
            abs(version.patch - target.patch),
            version.is_candidate != target.is_candidate,
            abs((version.candidate or 0) - (target.candidate or 0)),
        )

    return min(sorted(released, reverse=True), key=distance, default=None)


def latest_release(released: Collection[Version]) -> Version | None:
    """The newest release, without candidates."""
    return max((version for version in released if not version.is_candidate), default=None)


def parse_version(text: str) -> Version:
    """The version that mibot itself wrote. Raises ValueError for anything else."""
    version = Version.parse(text)
    if version is None:
        raise ValueError(f"{text!r} is no version")
    return version
