"""Upstream's releases in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.domain.reasons import PlainText
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError


@dataclass
class MemoryUpstream:
    """The product's releases."""

    versions: frozenset[Version] = frozenset()
    files: Mapping[Version, str] = field(default_factory=dict)
    asked: int = 0

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002 - the port's
        self.asked += 1
        return self.versions

    def compose_file(self, version: Version) -> bytes:
        if version not in self.files:
            raise NotFoundError(PlainText(f"there is no tag v{version}"))
        return self.files[version].encode()
