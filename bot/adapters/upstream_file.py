"""Upstream's Compose file from the disk. It implements the port `Upstream` for a day on which GitHub is down."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.domain.failures.files import NoUpstreamFile, UpstreamFileUnreadable
from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, PermanentError


class UpstreamFile:
    """One file that somebody has of the version in question, or no file."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002 - the port's
        """No versions, because a file does not know which ones exist."""
        return frozenset()

    def compose_file(self, version: Version) -> bytes:
        """The file's content. Raises NotFoundError without a file, and PermanentError if it cannot be read."""
        if self._file is None:
            raise NotFoundError(NoUpstreamFile(version))
        try:
            return self._file.read_bytes()
        except OSError as error:
            raise PermanentError(UpstreamFileUnreadable(str(self._file), error.strerror or "")) from error
