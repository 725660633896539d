"""Why a local clone or a local file cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("files.folder_missing", folder="folder")
@dataclass(frozen=True)
class FolderMissing(Reason):
    """There is no such folder."""

    folder: str


@stored("files.not_a_clone", folder="folder")
@dataclass(frozen=True)
class NotAClone(Reason):
    """The folder has no `golden/`, so it is no clone of the deployment repository."""

    folder: str


@stored("files.unreadable", path="path", problem="problem")
@dataclass(frozen=True)
class Unreadable(Reason):
    """A file or folder cannot be read; `problem` is the operating system's word for why."""

    path: str
    problem: str


@stored("files.not_writable", path="path", problem="problem")
@dataclass(frozen=True)
class NotWritable(Reason):
    """A file cannot be written; `problem` is the operating system's word for why."""

    path: str
    problem: str


@stored("files.unknown_blob", sha="sha", folder="folder")
@dataclass(frozen=True)
class UnknownBlob(Reason):
    """No file of the last snapshot has this SHA-1."""

    sha: str
    folder: str


@stored("files.changed", path="path")
@dataclass(frozen=True)
class ChangedWhileRead(Reason):
    """A file changed between the snapshot and the reading of its content."""

    path: str


@stored("files.no_upstream", version="version")
@dataclass(frozen=True)
class NoUpstreamFile(Reason):
    """The clone has no golden file of this version, and nobody named upstream's Compose file."""

    version: Version


@stored("files.upstream_unreadable", path="path", problem="problem")
@dataclass(frozen=True)
class UpstreamFileUnreadable(Reason):
    """The file that somebody named as upstream's Compose file cannot be read."""

    path: str
    problem: str
