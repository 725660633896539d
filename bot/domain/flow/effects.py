"""The effects that there are. Commands and events return them; `bot.handlers` carries them out."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect
from bot.formats.documents import stored

__all__ = ["Effect"]

SCHEDULING_KEY = "turns"
"""The key of everything that decides whose turn it is: one at a time, so that places are counted right."""


class _UpgradeEffect(Effect):
    """What is done about one upgrade: one thing at a time."""

    slug: str
    version: str

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


class _ReplyEffect(Effect):
    """What is done about the reply to one comment: one thing at a time."""

    comment: int

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


@stored("comment.react", comment="comment")
@dataclass(frozen=True)
class AddReaction(Effect):
    """Put an 👀 on a comment. Best effort: nothing depends on it."""

    comment: int

    @property
    def key(self) -> str:
        return f"react {self.comment}"


@stored(
    "comment.handle",
    comment="comment",
    issue="issue",
    version="version",
    body="body",
    author="author",
    found_by="found_by",
)
@dataclass(frozen=True)
class HandleComment(_ReplyEffect):
    """Carry out the commands of a comment: plan them, record the reply, start what they ask for.

    `found_by` says how the comment came to be known, by its webhook or by a sweep: both may find the same one, and
    what it asks for is to be started once.
    """

    comment: int
    issue: int
    version: str
    body: str
    author: str
    found_by: str = "webhook"


@stored("reply.refresh", comment="comment")
@dataclass(frozen=True)
class RefreshReply(_ReplyEffect):
    """Bring the reply to a comment up to date, writing it if it is not there yet."""

    comment: int


@stored("reply.run_checks", comment="comment", slug="slug")
@dataclass(frozen=True)
class CheckNow(_ReplyEffect):
    """Run an instance's health checks for a `/check` and put the results into its reply."""

    comment: int
    slug: str


@stored("tracker.ensure", version="version", issue="issue", by="requested_by")
@dataclass(frozen=True)
class EnsureTracker(Effect):
    """See that a version has its one tracker, and that the issue that asked for it (0 for none) links it."""

    version: str
    issue: int
    by: str

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@stored("tracker.refresh", version="version", seconds="delay_seconds")
@dataclass(frozen=True)
class RefreshTracker(Effect):
    """Bring a version's tracker up to date with the fleet and the upgrades, after so many seconds."""

    version: str
    seconds: float = 0.0

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@stored("upgrade.start", slug="slug", version="version", by="requested_by", issue="issue", force="force_reason")
@dataclass(frozen=True)
class StartUpgrade(_UpgradeEffect):
    """Record that somebody asked again for an upgrade that there is a record of, and go on with it."""

    slug: str
    version: str
    by: str
    issue: int
    force: str = ""


@stored(
    "slots.start_upgrades",
    slugs="slugs",
    version="version",
    by="requested_by",
    issue="issue",
    force="force_reason",
)
@dataclass(frozen=True)
class StartUpgrades(Effect):
    """Record that somebody asked for upgrades to one version, in the order of work, and give those whose turn it is.

    `force` is the reason why they need not wait for their place in the order, or nothing.
    """

    slugs: tuple[str, ...]
    version: str
    by: str
    issue: int
    force: str = ""

    @property
    def key(self) -> str:
        return SCHEDULING_KEY


@stored("slots.schedule")
@dataclass(frozen=True)
class Schedule(Effect):
    """Let those of the waiting upgrades begin whose turn it is."""

    @property
    def key(self) -> str:
        return SCHEDULING_KEY


@stored("rollback.start", slug="slug", version="version", by="requested_by", why="reason", comment="comment")
@dataclass(frozen=True)
class StartRollback(_UpgradeEffect):
    """Undo an instance's last upgrade, which was to `version`; `why` may be nothing. `comment` is where it was
    asked for: an order is carried out once, also when its job is run again."""

    slug: str
    version: str
    by: str
    why: str
    comment: int = 0


@stored("preparation.start", version="version", by="requested_by", asked="by_command", accept="accept_images")
@dataclass(frozen=True)
class Prepare(Effect):
    """See that a version's golden file is there, by a pull request. `asked`: a person asked, so that one that was
    closed is opened again; `accept`: the person accepts images without the version's tag."""

    version: str
    by: str
    asked: bool = True
    accept: bool = False

    @property
    def key(self) -> str:
        return f"prepare {self.version}"


@stored("preparation.advance", version="version")
@dataclass(frozen=True)
class AdvancePreparation(Effect):
    """Take a preparation as far as it can go now, by what GitHub says of it."""

    version: str

    @property
    def key(self) -> str:
        return f"prepare {self.version}"


@stored("reply.preview_plan", comment="comment", slug="slug", version="version")
@dataclass(frozen=True)
class PlanNow(_ReplyEffect):
    """Work out what an upgrade would do, without doing it, and put that into the reply to a comment."""

    comment: int
    slug: str
    version: str


@stored("upgrade.advance", slug="slug", version="version")
@dataclass(frozen=True)
class Advance(_UpgradeEffect):
    """Take an upgrade as far as it can go now, by what GitHub says of it."""

    slug: str
    version: str


@stored("upgrade.recheck", slug="slug", version="version", by="requested_by", accepted="accept_reason")
@dataclass(frozen=True)
class Recheck(_UpgradeEffect):
    """Run the post-upgrade checks of a deployed upgrade again, because somebody asked; `accepted` is what they vouch
    for where nobody can find out."""

    slug: str
    version: str
    by: str = ""
    accepted: str = ""


@stored("upgrade.poll", slug="slug", version="version", seconds="delay_seconds")
@dataclass(frozen=True)
class Poll(_UpgradeEffect):
    """Look again, after so many seconds, how an upgrade goes that waits for Google, GitHub or time."""

    slug: str
    version: str
    seconds: float = 0.0


@stored("upgrade.publish", slug="slug", version="version")
@dataclass(frozen=True)
class Publish(_UpgradeEffect):
    """Bring what stands on an upgrade's pull request up to date: the check run, the evidence, the label; and mention
    the people on call once when it failed."""

    slug: str
    version: str


@stored("upgrade.mark_deployed", slug="slug", version="version", by="reported_by", attempt="attempt")
@dataclass(frozen=True)
class MarkDeployed(_UpgradeEffect):
    """Somebody says that an upgrade is deployed. `attempt` is the one they speak of: an order is carried out once."""

    slug: str
    version: str
    by: str
    attempt: int


@stored("upgrade.retry", slug="slug", version="version", by="requested_by", attempt="attempt")
@dataclass(frozen=True)
class Retry(_UpgradeEffect):
    """Deploy a failed upgrade once more. `attempt` is the one that failed: an order is carried out once."""

    slug: str
    version: str
    by: str
    attempt: int


@stored("reply.back_up", comment="comment", slug="slug", seconds="delay_seconds")
@dataclass(frozen=True)
class BackUpNow(_ReplyEffect):
    """Take backups of an instance for a `/backup` and put how they stand into its reply, after so many seconds."""

    comment: int
    slug: str
    seconds: float = 0.0


def delay_of(effect: Effect) -> float:
    """How many seconds an effect waits before it is carried out."""
    return getattr(effect, "seconds", 0.0)
