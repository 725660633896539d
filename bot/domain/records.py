"""What mibot remembers between deliveries: trackers and replies. (Upgrades are in `upgrade.py`.)

All of it can be found again on GitHub; remembering it saves looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.health import Result
from bot.domain.markdown import Markdown
from bot.domain.versions import Version


@dataclass(frozen=True)
class TrackerRecord:
    """The tracker of a version. `parts` are the comments that continue it; `announced` the issues that link it.

    `dirty` counts what happened since, `clean` how much of that the tracker shows.
    """

    version: Version
    issue: int
    url: str
    asked_by: str
    adopted: bool = False
    parts: tuple[int, ...] = ()
    announced: tuple[int, ...] = ()
    dirty: int = 1
    clean: int = 0


@dataclass(frozen=True)
class Paragraph:
    """Words of a reply that won't change."""

    words: Markdown


@dataclass(frozen=True)
class Progress:
    """The place of a reply that shows where an upgrade stands."""

    slug: str
    version: Version


@dataclass(frozen=True)
class CheckTable:
    """The place of a reply for an instance's check results; None while they run."""

    slug: str
    results: tuple[Result, ...] | None = None


Item = Paragraph | Progress | CheckTable


@dataclass(frozen=True)
class Reply:
    """The reply to one comment: its items in order, and the comment it was written as (None before)."""

    comment: int
    issue: int
    author: str
    items: tuple[Item, ...]
    written: int | None = None
    digest: str = ""


def item_to_json(item: Item) -> dict[str, Any]:
    match item:
        case Paragraph(words):
            return {"words": str(words)}
        case Progress(slug, version):
            return {"slug": slug, "version": str(version)}
        case CheckTable(slug, results):
            return {"slug": slug, "results": None if results is None else [result.to_json() for result in results]}


def item_from_json(data: Mapping[str, Any]) -> Item:
    if "words" in data:
        return Paragraph(Markdown(data["words"]))
    if "version" in data:
        version = Version.parse(data["version"])
        if version is None:
            raise ValueError(f"{data['version']!r} is no version")
        return Progress(data["slug"], version)
    results = data["results"]
    return CheckTable(data["slug"], None if results is None else tuple(map(Result.from_json, results)))
