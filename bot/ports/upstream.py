"""The releases of the product."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.domain.versions import Version


class Releases(Protocol):
    """Which versions are released."""

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:
        """Every released version, from the tags of `repositories.upstream`.

        The answer may be some minutes old, unless a `wanted` version is missing from it.
        """


class Upstream(Releases, Protocol):
    """The released versions and their files."""

    def compose_file(self, version: Version) -> bytes:
        """Upstream's Compose file at the version's tag. Raises NotFoundError if there is none."""
