"""What mibot remembers of its replies between deliveries. A reply can be found again on GitHub; the record saves the
search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.health.model import CheckResult
from bot.domain.upgrade.backups import Backup
from bot.domain.versions import Version, parse_version
from bot.formats.markdown import Markdown


@dataclass(frozen=True)
class Paragraph:
    """Words of a reply that won't change."""

    words: Markdown


@dataclass(frozen=True)
class UpgradeProgress:
    """The place of a reply that shows where an upgrade stands."""

    slug: str
    version: Version


@dataclass(frozen=True)
class CheckTable:
    """The place of a reply for an instance's check results; None while they run."""

    slug: str
    results: tuple[CheckResult, ...] | None = None


@dataclass(frozen=True)
class PreparationProgress:
    """The place of a reply that shows where a version's preparation stands."""

    version: Version


@dataclass(frozen=True)
class PlanPreview:
    """The place of a reply for what an upgrade would do; None while it is worked out."""

    slug: str
    version: Version
    words: Markdown | None = None


@dataclass(frozen=True)
class BackupProgress:
    """The place of a reply for an instance's backups; None while they are begun. `older` are mibot's own ones beyond
    those that are kept in mind, `fault` is why there are none."""

    slug: str
    copies: tuple[Backup, ...] | None = None
    older: tuple[Backup, ...] = ()
    fault: str = ""


ReplyItem = BackupProgress | Paragraph | UpgradeProgress | CheckTable | PreparationProgress | PlanPreview


@dataclass(frozen=True)
class Reply:
    """The reply to one comment: its items in order, and the comment it was written as (None before).

    `effects` are what its commands set in motion, as JSON, and `found_by` how the comment came to be known; an order
    that is found again is not planned anew, for what it meant may mean something else by then.
    """

    comment: int
    issue: int
    author: str
    items: tuple[ReplyItem, ...]
    written: int | None = None
    digest: str = ""
    effects: tuple[Mapping[str, Any], ...] | None = None
    found_by: str = ""


def item_to_json(item: ReplyItem) -> dict[str, Any]:
    match item:
        case Paragraph(words):
            return {"words": str(words)}
        case UpgradeProgress(slug, version):
            return {"slug": slug, "version": str(version)}
        case CheckTable(slug, results):
            return {"slug": slug, "results": None if results is None else [result.to_json() for result in results]}
        case PreparationProgress(version):
            return {"preparing": str(version)}
        case BackupProgress(slug, copies, older, fault):
            told = None if copies is None else [copy.to_json() for copy in copies]
            return {"backup": told, "older": [copy.to_json() for copy in older], "fault": fault, "slug": slug}
        case PlanPreview(slug, version, words):
            return {"plan": None if words is None else str(words), "slug": slug, "version": str(version)}


def item_from_json(data: Mapping[str, Any]) -> ReplyItem:
    if "words" in data:
        return Paragraph(Markdown(data["words"]))
    if "preparing" in data:
        return PreparationProgress(parse_version(data["preparing"]))
    if "backup" in data:
        copies = None if data["backup"] is None else tuple(map(Backup.from_json, data["backup"]))
        return BackupProgress(data["slug"], copies, tuple(map(Backup.from_json, data["older"])), data["fault"])
    if "plan" in data:
        shown = None if data["plan"] is None else Markdown(data["plan"])
        return PlanPreview(data["slug"], parse_version(data["version"]), shown)
    if "version" in data:
        return UpgradeProgress(data["slug"], parse_version(data["version"]))
    results = data["results"]
    return CheckTable(data["slug"], None if results is None else tuple(map(CheckResult.from_json, results)))
