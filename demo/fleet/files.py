"""The files of a repository as plain data, and how to write them to a directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.fleet.specimens import SampleInstance

FILE_MODE = "100644"
LINK_MODE = "120000"


@dataclass(frozen=True)
class File:
    """One file as Git stores it; a symbolic link's content is its target."""

    path: str
    mode: str
    content: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK_MODE

    @classmethod
    def plain(cls, path: str, content: str) -> File:
        return cls(path, FILE_MODE, content)

    @classmethod
    def link(cls, path: str, target: str) -> File:
        return cls(path, LINK_MODE, target)


@dataclass(frozen=True)
class SampleRepository:
    """A whole deployment repository: every file by its path, and the facts it was generated from.

    `instances` are the readable ones in the order of their creation, `broken` those that cannot be read.
    """

    files: Mapping[str, File]
    instances: tuple[SampleInstance, ...]
    broken: tuple[SampleInstance, ...] = ()
    by_slug: Mapping[str, SampleInstance] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        everyone = {specimen.slug: specimen for specimen in (*self.instances, *self.broken)}
        object.__setattr__(self, "by_slug", everyone)

    @property
    def internal(self) -> tuple[str, ...]:
        """The slugs of the internal instances, which may be named anywhere."""
        return tuple(slug for slug, specimen in self.by_slug.items() if specimen.internal)

    @property
    def customers(self) -> tuple[str, ...]:
        """The customers' names and slugs. None may appear outside this repository (domain.md, "Rules")."""
        return _names(specimen for specimen in self.by_slug.values() if not specimen.internal)

    def write_to(self, path: Path) -> None:
        """Write the files below `path`, as in a clone's work tree, with symbolic links."""
        for file in self.files.values():
            place = path / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            if file.is_link:
                place.symlink_to(file.content)
            else:
                place.write_text(file.content, encoding="utf-8", newline="\n")


def _names(specimens: Iterable[SampleInstance]) -> tuple[str, ...]:
    found = (name for specimen in specimens for name in (specimen.customer, specimen.slug))
    return tuple(dict.fromkeys(found))
