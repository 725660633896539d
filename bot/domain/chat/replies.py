"""What mibot remembers of its replies between deliveries. A reply can be found again on GitHub; the record saves the
search."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect
from bot.domain.health.model import CheckResult
from bot.domain.upgrade.backups import Backup
from bot.domain.versions import Version
from bot.formats.documents import OMIT, stored
from bot.formats.markdown import Markdown


@stored("reply.paragraph", words="text")
@dataclass(frozen=True)
class Paragraph:
    """Words of a reply that won't change."""

    words: Markdown


@stored("reply.upgrade", slug="slug", version="version")
@dataclass(frozen=True)
class UpgradeProgress:
    """The place of a reply that shows where an upgrade stands."""

    slug: str
    version: Version


@stored("reply.checks", slug="slug", results="results")
@dataclass(frozen=True)
class CheckTable:
    """The place of a reply for an instance's check results; None while they run."""

    slug: str
    results: tuple[CheckResult, ...] | None = None


@stored("reply.preparation", version="version")
@dataclass(frozen=True)
class PreparationProgress:
    """The place of a reply that shows where a version's preparation stands."""

    version: Version


@stored("reply.plan", slug="slug", version="version", words="text")
@dataclass(frozen=True)
class PlanPreview:
    """The place of a reply for what an upgrade would do; None while it is worked out."""

    slug: str
    version: Version
    words: Markdown | None = None


@stored("reply.backups", slug="slug", copies="backups", older="older_backups", fault="error")
@dataclass(frozen=True)
class BackupProgress:
    """The place of a reply for an instance's backups; None while they are begun. `older` are mibot's own ones beyond
    those that are kept in mind, `fault` is why there are none."""

    slug: str
    copies: tuple[Backup, ...] | None = None
    older: tuple[Backup, ...] = ()
    fault: str = ""


ReplyItem = BackupProgress | Paragraph | UpgradeProgress | CheckTable | PreparationProgress | PlanPreview


@stored(
    "reply",
    comment="comment",
    issue="issue",
    author="author",
    items="items",
    written=OMIT,
    digest="digest",
    effects="effects",
    found_by="found_by",
)
@dataclass(frozen=True)
class Reply:
    """The reply to one comment: its items in order, and the comment it was written as (None before).

    `effects` are what its commands start (None before they are planned), and `found_by` says how the comment was
    found. A comment that is found again is not planned again, because its commands may mean something else by then.
    """

    comment: int
    issue: int
    author: str
    items: tuple[ReplyItem, ...]
    written: int | None = None
    digest: str = ""
    effects: tuple[Effect, ...] | None = None
    found_by: str = ""
