"""What should happen, as data. Commands and events return effects; `bot.apply` carries them out.

Each effect is one durable job. Effects with the same `key` never run at the same time, and every one is safe to
repeat: it finds before it creates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args


@dataclass(frozen=True)
class React:
    """Put an 👀 on a comment. Best effort: nothing depends on it."""

    comment: int

    @property
    def key(self) -> str:
        return f"react {self.comment}"


@dataclass(frozen=True)
class Obey:
    """Carry out the commands of a comment: plan them, record the reply, start what they ask for."""

    comment: int
    issue: int
    version: str
    body: str
    author: str

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


@dataclass(frozen=True)
class RefreshReply:
    """Bring the reply to a comment up to date, writing it if it is not there yet."""

    comment: int

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


@dataclass(frozen=True)
class CheckNow:
    """Run an instance's health checks for a `/check` and put the results into its reply."""

    comment: int
    slug: str

    @property
    def key(self) -> str:
        return f"reply {self.comment}"


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
    """Bring a version's tracker up to date with the fleet and the upgrades."""

    version: str

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@dataclass(frozen=True)
class StartUpgrade:
    """Record that somebody asked for an upgrade, and go on with it."""

    slug: str
    version: str
    by: str
    issue: int

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


@dataclass(frozen=True)
class Advance:
    """Take an upgrade as far as it can go now, by what GitHub says of it."""

    slug: str
    version: str

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


@dataclass(frozen=True)
class Recheck:
    """Run the post-upgrade checks of a merged upgrade again, because somebody asked."""

    slug: str
    version: str

    @property
    def key(self) -> str:
        return f"upgrade {self.slug}@{self.version}"


Effect = React | Obey | RefreshReply | CheckNow | EnsureTracker | RefreshTracker | StartUpgrade | Advance | Recheck


_KINDS: dict[str, type[Effect]] = {kind.__name__: kind for kind in get_args(Effect)}


def to_json(effect: Effect) -> dict[str, Any]:
    return {"effect": type(effect).__name__, **asdict(effect)}


def from_json(data: Mapping[str, Any]) -> Effect:
    values = dict(data)
    return _KINDS[values.pop("effect")](**values)
