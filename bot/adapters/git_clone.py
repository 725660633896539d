"""The deployment repository from the work tree of a local clone: the port `FleetSource` without GitHub and Git."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.domain.failures.files import (
    ChangedWhileRead,
    FolderMissing,
    NotAClone,
    NotWritable,
    UnknownBlob,
    Unreadable,
)
from bot.domain.git_tree import LINK_MODE, FileChange, Snapshot, TreeEntry, blob_sha
from bot.ports.errors import NotFoundError, PermanentError

FILE_MODE = "100644"
EXECUTABLE_MODE = "100755"
_MODULE_TAG = "mi-module-v"
_FOLDER_MODE = "40000"  # as Git writes a folder's mode into a tree
IGNORED_FOLDERS = frozenset({".git", ".terraform"})
"""Never part of the repository: Git's own folder, and what Terraform downloads beside the files it is run on."""


class LocalClone:
    """The files below `folder` as they are on the disk now, including edits that are not committed.

    Raises PermanentError if the folder is no clone of the deployment repository (it has no `golden/`).
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise PermanentError(FolderMissing(str(folder)))
        if not (folder / "golden").is_dir():
            raise PermanentError(NotAClone(str(folder)))
        self._folder = folder
        self._files: dict[str, str] = {}

    def snapshot(self) -> Snapshot:
        """All files. Folders have Git's SHA-1s too: in a folder without edits they are those on GitHub, so that the
        folder whose tree a tracker names can be found."""
        entries: dict[str, TreeEntry] = {}
        folders: dict[str, str] = {}
        tree = self._scan_folder(str(self._folder), "", entries, folders)
        self._files = {entry.sha: path for path, entry in entries.items()}
        return Snapshot(tree, entries, folders)

    def contents(self, shas: Iterable[str]) -> Mapping[str, bytes]:
        """The blobs of the last snapshot by their SHA-1. Raises PermanentError if a file has changed since."""
        return {sha: self._content(sha) for sha in shas}

    def module_tags(self) -> frozenset[str]:
        """The tags `mi-module-…` of the clone, as Git keeps them on the disk."""
        git = _git_folder(self._folder)
        loose = git / "refs" / "tags"
        names = {path.name for path in loose.glob(f"{_MODULE_TAG}*")} if loose.is_dir() else set()
        packed = git / "packed-refs"
        lines = packed.read_text(errors="replace").splitlines() if packed.is_file() else []
        refs = (line.partition(" ")[2] for line in lines)
        prefix = "refs/tags/"
        names |= {ref.removeprefix(prefix) for ref in refs if ref.startswith(f"{prefix}{_MODULE_TAG}")}
        return frozenset(names)

    def write(self, changes: Iterable[FileChange]) -> None:
        """Make these changes in the work tree, each file completely or not at all. Raises PermanentError."""
        for change in changes:
            place = self._folder / change.path
            try:
                _write(place, change)
            except OSError as error:
                raise PermanentError(NotWritable(str(place), error.strerror or "")) from error

    def _content(self, sha: str) -> bytes:
        if sha not in self._files:
            raise NotFoundError(UnknownBlob(sha, str(self._folder)))
        path = self._folder / self._files[sha]
        content = _link(str(path)) if path.is_symlink() else _plain(str(path))
        if blob_sha(content) != sha:
            raise PermanentError(ChangedWhileRead(str(path)))
        return content

    def _scan_folder(self, place: str, path: str, entries: dict[str, TreeEntry], folders: dict[str, str]) -> str:
        """Add the files below one folder to `entries`. Returns the SHA-1 of its tree, empty if it has no files."""
        lines: list[tuple[bytes, bytes]] = []
        for entry in _listed(place):
            if entry.name in IGNORED_FOLDERS:
                continue
            inner, name = f"{path}{entry.name}", os.fsencode(entry.name)
            if entry.is_dir(follow_symlinks=False):
                sha = self._scan_folder(entry.path, f"{inner}/", entries, folders)
                if sha and not path:
                    folders[inner] = sha
                if sha:
                    lines.append((name + b"/", _line(_FOLDER_MODE, name, sha)))
            elif (found := _entry(entry)) is not None:
                entries[inner] = found
                lines.append((name, _line(found.mode, name, found.sha)))
        return _tree_sha(lines) if lines else ""


def _git_folder(folder: Path) -> Path:
    """The folder in which Git keeps a clone's refs. A linked work tree has a file that names it."""
    git = folder / ".git"
    if git.is_file():
        named = git.read_text(errors="replace").partition("gitdir:")[2].strip()
        git = folder / named
        common = git / "commondir"
        git = git / common.read_text().strip() if common.is_file() else git
    return git


def _write(place: Path, change: FileChange) -> None:
    """Make one change: write a file beside the old one, and then replace the old one."""
    if change.content is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.mibot")
    beside.unlink(missing_ok=True)
    if change.mode == LINK_MODE:
        beside.symlink_to(change.content)
    else:
        beside.write_text(change.content, encoding="utf-8", newline="")
        beside.chmod(0o755 if change.mode == EXECUTABLE_MODE else 0o644)
    beside.replace(place)


def _entry(entry: os.DirEntry[str]) -> TreeEntry | None:
    """A file, or a symbolic link, which is never followed. None for what Git does not keep, such as a socket."""
    if entry.is_symlink():
        return TreeEntry(LINK_MODE, blob_sha(_link(entry.path)))
    if not entry.is_file(follow_symlinks=False):
        return None
    executable = entry.stat(follow_symlinks=False).st_mode & stat.S_IXUSR
    return TreeEntry(EXECUTABLE_MODE if executable else FILE_MODE, blob_sha(_plain(entry.path)))


def _listed(place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as found:
            return list(found)
    except OSError as error:
        raise _unreadable(place, error) from error


def _link(place: str) -> bytes:
    try:
        return os.fsencode(os.readlink(place))  # noqa: PTH115 - a Path would tidy the target up
    except OSError as error:
        raise _unreadable(place, error) from error


def _plain(place: str) -> bytes:
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise _unreadable(place, error) from error


def _unreadable(place: str, error: OSError) -> PermanentError:
    return PermanentError(Unreadable(place, error.strerror or ""))


def _line(mode: str, name: bytes, sha: str) -> bytes:
    return b"%s %s\x00%s" % (mode.encode(), name, bytes.fromhex(sha))


def _tree_sha(lines: list[tuple[bytes, bytes]]) -> str:
    """The SHA-1 that Git gives a tree of these lines, each of which comes with its sort key."""
    content = b"".join(line for _, line in sorted(lines))
    return hashlib.sha1(b"tree %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()
