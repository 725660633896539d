"""Upstream's Compose file from the disk: the port `Upstream` for a day on which GitHub is down."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.domain.versions import Version
from bot.ports.errors import NotFoundError, PermanentError


class UpstreamFile:
    """One file that somebody has of the version in question; without it, nobody who could be asked."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002 - the port's
        """No versions: a file does not know which ones there are."""
        return frozenset()

    def compose_file(self, version: Version) -> bytes:
        """The file's content. Raises Missing without a file, Refused for one that can't be read."""
        if self._file is None:
            raise NotFoundError(
                f"{version.golden_path} is not in this clone, and nobody was asked for upstream's file: "
                f"prepare it first, with `mibot prepare {version} --repo PATH`"
            )
        try:
            return self._file.read_bytes()
        except OSError as error:
            raise PermanentError(
                f"{self._file} can't be read ({error.strerror}); name upstream's Compose file."
            ) from error
