"""What should happen, as data. Commands and events return effects; `bot.handlers` carries them out.

Each effect is one durable job. Effects with the same `key` never run at the same time, and every one is safe to
repeat: it finds before it creates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

SCHEDULING_KEY = "turns"
"""The key of everything that decides whose turn it is: one at a time, so that places are counted right."""


class _UpgradeEffect:
    """What is done about one upgrade: one thing at a time."""

    slug: str
    version: str

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


class _ReplyEffect:
    """What is done about the reply to one comment: one thing at a time."""

    comment: int

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


@dataclass(frozen=True)
class AddReaction:
    """Put an 👀 on a comment. Best effort: nothing depends on it."""

    comment: int

    @property
    def key(self) -> str:
        return f"react {self.comment}"


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


@dataclass(frozen=True)
class RefreshReply(_ReplyEffect):
    """Bring the reply to a comment up to date, writing it if it is not there yet."""

    comment: int


@dataclass(frozen=True)
class CheckNow(_ReplyEffect):
    """Run an instance's health checks for a `/check` and put the results into its reply."""

    comment: int
    slug: str


@dataclass(frozen=True)
class EnsureTracker:
    """See that a version has its one tracker, and that the issue that asked for it (0 for none) links it."""

    version: str
    issue: int
    by: str

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@dataclass(frozen=True)
class RefreshTracker:
    """Bring a version's tracker up to date with the fleet and the upgrades, after so many seconds."""

    version: str
    seconds: float = 0.0

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@dataclass(frozen=True)
class StartUpgrade(_UpgradeEffect):
    """Record that somebody asked again for an upgrade that there is a record of, and go on with it."""

    slug: str
    version: str
    by: str
    issue: int
    force: str = ""


@dataclass(frozen=True)
class StartUpgrades:
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


@dataclass(frozen=True)
class Schedule:
    """Let those of the waiting upgrades begin whose turn it is."""

    @property
    def key(self) -> str:
        return SCHEDULING_KEY


@dataclass(frozen=True)
class StartRollback(_UpgradeEffect):
    """Undo an instance's last upgrade, which was to `version`; `why` may be nothing. `comment` is where it was
    asked for: an order is carried out once, also when its job is run again."""

    slug: str
    version: str
    by: str
    why: str
    comment: int = 0


@dataclass(frozen=True)
class Prepare:
    """See that a version's golden file is there, by a pull request. `asked`: a person asked, so that one that was
    closed is opened again; `accept`: the person accepts images without the version's tag."""

    version: str
    by: str
    asked: bool = True
    accept: bool = False

    @property
    def key(self) -> str:
        return f"prepare {self.version}"


@dataclass(frozen=True)
class AdvancePreparation:
    """Take a preparation as far as it can go now, by what GitHub says of it."""

    version: str

    @property
    def key(self) -> str:
        return f"prepare {self.version}"


@dataclass(frozen=True)
class PlanNow(_ReplyEffect):
    """Work out what an upgrade would do, without doing it, and put that into the reply to a comment."""

    comment: int
    slug: str
    version: str


@dataclass(frozen=True)
class Advance(_UpgradeEffect):
    """Take an upgrade as far as it can go now, by what GitHub says of it."""

    slug: str
    version: str


@dataclass(frozen=True)
class Recheck(_UpgradeEffect):
    """Run the post-upgrade checks of a deployed upgrade again, because somebody asked; `accepted` is what they vouch
    for where nobody can find out."""

    slug: str
    version: str
    by: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class Poll(_UpgradeEffect):
    """Look again, after so many seconds, how an upgrade goes that waits for Google, GitHub or time."""

    slug: str
    version: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Publish(_UpgradeEffect):
    """Bring what stands on an upgrade's pull request up to date: the check run, the evidence, the label; and mention
    the people on call once when it failed."""

    slug: str
    version: str


@dataclass(frozen=True)
class MarkDeployed(_UpgradeEffect):
    """Somebody says that an upgrade is deployed. `attempt` is the one they speak of: an order is carried out once."""

    slug: str
    version: str
    by: str
    attempt: int


@dataclass(frozen=True)
class Retry(_UpgradeEffect):
    """Deploy a failed upgrade once more. `attempt` is the one that failed: an order is carried out once."""

    slug: str
    version: str
    by: str
    attempt: int


@dataclass(frozen=True)
class BackUpNow(_ReplyEffect):
    """Take backups of an instance for a `/backup` and put how they stand into its reply, after so many seconds."""

    comment: int
    slug: str
    seconds: float = 0.0


Effect = (
    AddReaction
    | HandleComment
    | RefreshReply
    | CheckNow
    | PlanNow
    | EnsureTracker
    | RefreshTracker
    | StartUpgrade
    | StartUpgrades
    | Schedule
    | StartRollback
    | Prepare
    | AdvancePreparation
    | Advance
    | Recheck
    | Poll
    | Publish
    | MarkDeployed
    | Retry
    | BackUpNow
)


_KINDS: dict[str, type[Effect]] = {kind.__name__: kind for kind in get_args(Effect)}


def delay_of(effect: Effect) -> float:
    """How many seconds an effect waits before it is carried out."""
    return getattr(effect, "seconds", 0.0)


def to_json(effect: Effect) -> dict[str, Any]:
    return {"effect": type(effect).__name__, **asdict(effect)}


def from_json(data: Mapping[str, Any]) -> Effect:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    return _KINDS[values.pop("effect")](**values)
