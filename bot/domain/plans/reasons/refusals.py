"""Why there is no change set: the reasons that policy, an upgrade, a rollback or a preparation is refused for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.fleet.model import SkipReason
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@stored("plans.mistagged_image", service="service", image="image")
@dataclass(frozen=True)
class MistaggedImage:
    """A service with one of the publisher's images that does not have the tag of the version it is for."""

    service: str
    image: str


@stored("plans.left_out", skip="skip")
@dataclass(frozen=True)
class LeftOut(Reason):
    """Release upgrades leave the instance out."""

    skip: SkipReason


@stored("plans.unknown_version", version="version", nearest="nearest")
@dataclass(frozen=True)
class UnknownVersion(Reason):
    """Upstream has no tag of that version. `nearest` is the known version that is most like it."""

    version: Version
    nearest: Version | None = None


@stored(
    "plans.nobody_goes_there",
    version="version",
    oldest="oldest",
    newest="newest",
    next_version="next_version",
    executors_users="executors_users",
)
@dataclass(frozen=True)
class NobodyGoesThere(Reason):
    """No instance may go to the version next: they run `oldest` to `newest`. `next_version` is the next step on the
    way, if it is known. So many instances use the executors modules, which the preparation would pin for all."""

    version: Version
    oldest: Version
    newest: Version
    next_version: Version | None = None
    executors_users: int = 0


@stored("plans.candidate_refused", release="release")
@dataclass(frozen=True)
class CandidateRefused(Reason):
    """Only the first instance gets release candidates. `release` is one that this instance can go to instead."""

    release: Version | None = None


@stored("plans.not_prepared", version="version")
@dataclass(frozen=True)
class NotPrepared(Reason):
    """The version's golden file is not there yet. A preparation creates it."""

    version: Version


@stored("plans.version_held", version="version", images="images")
@dataclass(frozen=True)
class VersionHeld(Reason):
    """Images of the version do not have its tag, and no operator has accepted them."""

    version: Version
    images: tuple[MistaggedImage, ...]


class HistoryProblem(StrEnum):
    """What the history of an instance's link lacks for a rollback."""

    NO_EARLIER_LINK = "no_earlier_link"
    UNREADABLE_MERGE = "unreadable_merge"
    NOT_GOLDEN = "not_golden"


@stored("plans.unusable_history", problem="problem")
@dataclass(frozen=True)
class UnusableHistory(Reason):
    """Git does not tell which version a rollback goes to."""

    problem: HistoryProblem


@stored("plans.already_rolled_back", old="old", new="new")
@dataclass(frozen=True)
class AlreadyRolledBack(Reason):
    """The last change of the instance was a rollback, from `old` to `new`."""

    old: Version
    new: Version


@stored("plans.rollback_golden_missing", version="version")
@dataclass(frozen=True)
class RollbackGoldenMissing(Reason):
    """The golden file of the version that a rollback goes to is gone."""

    version: Version


@stored("plans.rollback_too_far", old="old", new="new")
@dataclass(frozen=True)
class RollbackTooFar(Reason):
    """The upgrade from `old` to `new` was more than one minor version: the database may not work with `old` now."""

    old: Version
    new: Version
