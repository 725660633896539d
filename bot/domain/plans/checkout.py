"""What plans are made from: a snapshot of the deployment repository with the contents of the files they look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.git_tree import FileChange, Snapshot, TreeEntry, blob_sha

MAX_FILE_BYTES = 1_048_576
"""Bytes that a Compose or Terraform file may have; a larger one is no file that people wrote."""
YAML_SUFFIXES = (".yaml", ".yml")


class PlanningError(Exception):
    """Why there can be no plan: one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Checkout:
    """A snapshot and the contents of some of its files by their SHA-1, fetched beforehand."""

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
        """A file's text, every character of it. Raises CantPlan for one that is not there, was not fetched, or is no
        text of a sensible size."""
        return self.text_at(self.snapshot.files.get(path), path)

    def text_at(self, entry: TreeEntry | None, path: str) -> str:
        """The same of a file as another snapshot has it."""
        if entry is None or entry.sha not in self.contents:
            raise PlanningError(f"{path} could not be read from the deployment repository; ask again")
        return decode_text(self.contents[entry.sha], path)


def decode_text(content: bytes, path: str) -> str:
    """A file's text. Raises CantPlan when it is too large or not UTF-8."""
    if len(content) > MAX_FILE_BYTES:
        raise PlanningError(f"{path} is larger than {MAX_FILE_BYTES // 1_048_576} MiB; shorten it")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise PlanningError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def yaml_files(snapshot: Snapshot, folder: str) -> list[str]:
    """The YAML files right inside a folder (`golden/overrides`), in the order of their names."""
    return [path for path in snapshot.by_folder.get(folder, []) if path.endswith(YAML_SUFFIXES)]


def blob_shas(snapshot: Snapshot, paths: Iterable[str]) -> set[str]:
    """The SHA-1s of those of the paths that are there."""
    return {entry.sha for path in paths if (entry := snapshot.files.get(path))}


def with_changes(checkout: Checkout, changes: Iterable[FileChange]) -> Checkout:
    """The checkout as it will be once these changes have landed."""
    files, contents = dict(checkout.snapshot.files), dict(checkout.contents)
    for change in changes:
        if change.content is None:
            files.pop(change.path, None)
            continue
        content = change.content.encode()
        files[change.path] = TreeEntry(change.mode, blob_sha(content))
        contents[blob_sha(content)] = content
    return Checkout(Snapshot("", files, checkout.snapshot.folders), contents)
