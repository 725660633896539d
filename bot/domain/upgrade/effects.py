"""What happens to upgrades, rollbacks and preparations."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect, RequestedEffect
from bot.formats.documents import stored


class UpgradeEffect(Effect):
    """An effect on one upgrade. Effects on the same upgrade run one at a time."""

    slug: str
    version: str

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


@stored("upgrade.start", slug="slug", version="version", by="requested_by", issue="issue", force="force_reason")
@dataclass(frozen=True)
class StartUpgrade(RequestedEffect, UpgradeEffect):
    """Record that somebody requested an upgrade again that has a record already, and advance it."""

    slug: str
    version: str
    by: str
    issue: int
    force: str = ""


@stored("rollback.start", slug="slug", version="version", by="requested_by", why="reason", comment="comment")
@dataclass(frozen=True)
class StartRollback(RequestedEffect, UpgradeEffect):
    """Undo an instance's last upgrade, which was to `version`; `why` may be empty.

    `comment` is where somebody requested it. One comment starts one rollback, even if its job runs again.
    """

    slug: str
    version: str
    by: str
    why: str
    comment: int = 0


@stored("upgrade.advance", slug="slug", version="version")
@dataclass(frozen=True)
class Advance(UpgradeEffect):
    """Take an upgrade as far as it can go now, by what GitHub says of it."""

    slug: str
    version: str


@stored("upgrade.poll", slug="slug", version="version", delay_seconds="delay_seconds")
@dataclass(frozen=True)
class Poll(UpgradeEffect):
    """Advance an upgrade that waits for Google, GitHub or time."""

    slug: str
    version: str
    delay_seconds: float = 0.0


@stored("upgrade.recheck", slug="slug", version="version", by="requested_by", accepted="accept_reason")
@dataclass(frozen=True)
class Recheck(RequestedEffect, UpgradeEffect):
    """Run the post-upgrade checks of a deployed upgrade again, because somebody requested it.

    `accepted` is why that person accepts the checks whose result is unknown, empty if nobody does.
    """

    slug: str
    version: str
    by: str = ""
    accepted: str = ""


@stored("upgrade.mark_deployed", slug="slug", version="version", by="reported_by", attempt="attempt")
@dataclass(frozen=True)
class MarkDeployed(RequestedEffect, UpgradeEffect):
    """Record that somebody deployed an upgrade by hand. `attempt` is the attempt that they mean: it counts once."""

    slug: str
    version: str
    by: str
    attempt: int


@stored("upgrade.retry", slug="slug", version="version", by="requested_by", attempt="attempt")
@dataclass(frozen=True)
class Retry(RequestedEffect, UpgradeEffect):
    """Deploy a failed upgrade once more. `attempt` is the attempt that failed: it is retried once."""

    slug: str
    version: str
    by: str
    attempt: int


@stored(
    "upgrade.cancel",
    slug="slug",
    version="version",
    by="requested_by",
    why="reason",
    comment="comment",
    delay_seconds="delay_seconds",
)
@dataclass(frozen=True)
class CancelUpgrade(RequestedEffect, UpgradeEffect):
    """Close the unmerged pull request of an upgrade or a rollback, and end it. `why` may be empty."""

    slug: str
    version: str
    by: str
    why: str
    comment: int
    delay_seconds: float = 0.0


@stored("upgrade.publish", slug="slug", version="version")
@dataclass(frozen=True)
class Publish(UpgradeEffect):
    """Publish the notifications about an upgrade that wait in the outbox."""

    slug: str
    version: str


class PreparationEffect(Effect):
    """An effect on one preparation. Effects on the same preparation run one at a time."""

    version: str

    @property
    def key(self) -> str:
        return f"prepare {self.version}"


@stored(
    "preparation.start",
    version="version",
    by="requested_by",
    asked="by_command",
    accept="accept_images",
    force="force",
)
@dataclass(frozen=True)
class Prepare(PreparationEffect):
    """Add a version's golden file by a pull request, unless it is there.

    `asked` says whether a person requested it, so that a closed pull request is opened again. `accept` says whether
    that person accepts images without the version's tag. `force` is why they want a version to which no instance may
    go next (empty if some may).
    """

    version: str
    by: str
    asked: bool = True
    accept: bool = False
    force: str = ""

    @property
    def tried_until_done(self) -> bool:
        return self.asked  # each scheduling requests the others again


@stored("preparation.advance", version="version")
@dataclass(frozen=True)
class AdvancePreparation(PreparationEffect):
    """Take a preparation as far as it can go now, by what GitHub says of it."""

    version: str


@stored(
    "preparation.cancel",
    version="version",
    by="requested_by",
    why="reason",
    comment="comment",
    delay_seconds="delay_seconds",
)
@dataclass(frozen=True)
class CancelPreparation(RequestedEffect, PreparationEffect):
    """Close the unmerged pull request of a preparation, and end it. `why` may be empty."""

    version: str
    by: str
    why: str
    comment: int
    delay_seconds: float = 0.0
