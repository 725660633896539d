"""What plans are made from: a snapshot of the deployment repository, and the contents of the files that they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.git_tree import FileChange, Snapshot, TreeEntry, blob_sha
from bot.domain.plans.reasons.file_problems import MAX_FILE_BYTES, FileProblem, PlanningError, UnusableFile

YAML_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Checkout:
    """A snapshot, and the contents of some of its files by their SHA-1, fetched beforehand."""

    snapshot: Snapshot
    contents: Mapping[str, bytes]

    def has(self, path: str) -> bool:
        return path in self.snapshot.files

    def is_link(self, path: str) -> bool:
        entry = self.snapshot.files.get(path)
        return entry is not None and entry.is_link

    def mode(self, path: str) -> str:
        return self.snapshot.files[path].mode

    def text(self, path: str) -> str:
        """A file's text. Raises PlanningError if it is not there, was not fetched, is too large or not UTF-8."""
        return self.text_at(self.snapshot.files.get(path), path)

    def text_at(self, entry: TreeEntry | None, path: str) -> str:
        """The text of a file of another snapshot."""
        if entry is None or entry.sha not in self.contents:
            raise PlanningError(UnusableFile(path, FileProblem.UNREADABLE))
        return decode_text(self.contents[entry.sha], path)


def decode_text(content: bytes, path: str) -> str:
    """A file's text. Raises PlanningError if it is too large or not UTF-8."""
    if len(content) > MAX_FILE_BYTES:
        raise PlanningError(UnusableFile(path, FileProblem.TOO_LARGE))
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise PlanningError(UnusableFile(path, FileProblem.NOT_UTF8)) from None


def yaml_files(snapshot: Snapshot, folder: str) -> list[str]:
    """The YAML files directly in a folder (`golden/overrides`), by name."""
    return [path for path in snapshot.by_folder.get(folder, []) if path.endswith(YAML_SUFFIXES)]


def blob_shas(snapshot: Snapshot, paths: Iterable[str]) -> set[str]:
    """The SHA-1s of the files at these paths, without those that do not exist."""
    return {entry.sha for path in paths if (entry := snapshot.files.get(path))}


def with_changes(checkout: Checkout, changes: Iterable[FileChange]) -> Checkout:
    """The checkout as it is once these changes are merged."""
    files, contents = dict(checkout.snapshot.files), dict(checkout.contents)
    for change in changes:
        if change.content is None:
            files.pop(change.path, None)
            continue
        content = change.content.encode()
        files[change.path] = TreeEntry(change.mode, blob_sha(content))
        contents[blob_sha(content)] = content
    return Checkout(Snapshot("", files, checkout.snapshot.folders), contents)
