"""What mibot remembers of its replies between deliveries. A reply can be found again on GitHub; the record saves the
search."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.chat.answers import Answer, Message
from bot.domain.chat.refusals import OrderDelayed
from bot.domain.effects import Effect
from bot.domain.health.model import CheckResult
from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import Backup
from bot.domain.upgrade.changes import ChangeReference
from bot.domain.versions import Version
from bot.formats.documents import OMIT, stored
from bot.formats.markdown import Markdown


@stored("reply.paragraph", markdown="text")
@dataclass(frozen=True)
class Paragraph:
    """Markdown of a reply from before answers were values. It is shown as it is."""

    markdown: Markdown


@stored("reply.upgrade", slug="slug", version="version", change="change")
@dataclass(frozen=True)
class UpgradeProgress:
    """The progress of an upgrade or a rollback: of the one that the order is about, whatever comes after it."""

    slug: str
    version: Version
    change: ChangeReference | None = None


@stored("reply.checks", slug="slug", results="results", error="error")
@dataclass(frozen=True)
class CheckTable:
    """An instance's check results; None while the checks run. `error` is why they can't run."""

    slug: str
    results: tuple[CheckResult, ...] | None = None
    error: Reason | None = None


@stored("reply.preparation", version="version")
@dataclass(frozen=True)
class PreparationProgress:
    """The progress of a version's preparation."""

    version: Version


@stored("reply.plan", slug="slug", version="version", report="text", refusal="refusal")
@dataclass(frozen=True)
class PlanPreview:
    """What an upgrade would do, or why there would be none; both None while it is worked out.

    `report` is Markdown with the diffs of the moment at which it was made: what it was made from is not kept, because
    files may hold secrets.
    """

    slug: str
    version: Version
    report: Markdown | None = None
    refusal: Reason | None = None


@stored("reply.backups", slug="slug", backups="backups", older="older_backups", error="error")
@dataclass(frozen=True)
class BackupProgress:
    """An instance's backups; None before the first attempt. `older` are mibot's backups beyond the newest ones that
    are kept; `error` is why there is no backup."""

    slug: str
    backups: tuple[Backup, ...] | None = None
    older: tuple[Backup, ...] = ()
    error: Reason | None = None


ReplyItem = Answer | BackupProgress | CheckTable | Paragraph | PlanPreview | PreparationProgress | UpgradeProgress

SILENT = 0
"""Stands for the number of the comment that a reply is written as, if it says nothing and never will."""


NOWHERE = 0
"""Stands for the comment of a reply that can't be written, because its issue is gone."""


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
    """The reply to one comment: its items in order, and the comment it was written as (None before, NOWHERE
    if its issue is gone).

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

    def written_as(self, earlier: Reply | None) -> Reply:
        """The same reply, written as the comment that an earlier one was written as."""
        return self if earlier is None else replace(self, written=earlier.written, digest=earlier.digest)

    @property
    def answered(self) -> bool:
        """Whether the comment's commands were planned. Replies from before plans were kept were."""
        return self.effects is not None or not any(_says_delayed(item) for item in self.items)


def _says_delayed(item: ReplyItem) -> bool:
    return isinstance(item, Message) and isinstance(item.reason, OrderDelayed)
