"""Files as Git keeps them: trees, blobs, and changes of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

LINK_MODE = "120000"
"""The mode of a symbolic link, as Git writes it."""


@dataclass(frozen=True)
class TreeEntry:
    """One file of a Git tree: its mode (`100644`, `120000` for a symbolic link) and the SHA-1 of its blob."""

    mode: str
    sha: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK_MODE


@dataclass(frozen=True)
class Snapshot:
    """All files at one commit: `files` by path, and the SHA-1 of each folder's tree. `tree` is that of the root."""

    tree: str
    files: dict[str, TreeEntry]
    folders: dict[str, str] = field(default_factory=dict)

    @cached_property
    def by_folder(self) -> dict[str, list[str]]:
        """The paths directly in each folder, sorted. Cached because a plan asks for it once for each instance."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found


@dataclass(frozen=True)
class FileChange:
    """A change of one file: its new content (the target, for a link), or None to remove it."""

    path: str
    mode: str
    content: str | None


def blob_sha(content: bytes) -> str:
    """The SHA-1 that Git gives a blob of this content."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()
