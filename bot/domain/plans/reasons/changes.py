"""Why each file of a change set changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.reasons import Reason
from bot.formats.documents import stored


@dataclass(frozen=True)
class ChangeReason(Reason):
    """The base class of all reasons for a change.

    What identifies a change (`fingerprint.py`) is made of their stored names and values.
    """

    def relative_to(self, folder: str) -> ChangeReason:  # noqa: ARG002 - most have a path, and override it
        """The reason with a path relative to the folder, if its file is in it."""
        return self


@dataclass(frozen=True)
class FileChangeReason(ChangeReason):
    """The base class of reasons that are about one file."""

    path: str

    def relative_to(self, folder: str) -> FileChangeReason:
        return replace(self, path=self.path.removeprefix(f"{folder}/")) if folder else self


@stored("plans.link_retargeted", path="path", old="old", new="new")
@dataclass(frozen=True)
class LinkRetargeted(FileChangeReason):
    """The Compose file of the active deployment is a link to another golden file."""

    old: str
    new: str


@stored("plans.hotpatch_removed", path="path", service="service", image="image")
@dataclass(frozen=True)
class HotpatchRemoved(FileChangeReason):
    """A hotpatched image is removed from an override file."""

    service: str
    image: str


@stored("plans.file_removed", path="path")
@dataclass(frozen=True)
class FileRemoved(FileChangeReason):
    """An override file is removed because nothing is left in it."""


@stored("plans.module_ref_updated", path="path", old="old", new="new")
@dataclass(frozen=True)
class ModuleRefUpdated(FileChangeReason):
    """The instance's Terraform module refers to another tag."""

    old: str
    new: str


@stored("plans.golden_file_created", path="path", overrides="overrides")
@dataclass(frozen=True)
class GoldenFileCreated(FileChangeReason):
    """A golden file is made of upstream's file and the global overrides (their paths, in order)."""

    overrides: tuple[str, ...]


@stored("plans.image_retagged", service="service", old="old", new="new")
@dataclass(frozen=True)
class ImageRetagged(ChangeReason):
    """One of the product's images gets the tag of the release candidate."""

    service: str
    old: str
    new: str


@stored("plans.executors_pinned", path="path", module="module", old="old", new="new")
@dataclass(frozen=True)
class ExecutorsPinned(FileChangeReason):
    """An upstream executors module is pinned to another version."""

    module: str
    old: str
    new: str


@stored("plans.file_restored", path="path")
@dataclass(frozen=True)
class FileRestored(FileChangeReason):
    """A file is as it was before the upgrade again."""
