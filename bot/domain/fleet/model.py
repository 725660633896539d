"""The fleet: instances, and folders that cannot be read as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored
from bot.formats.urls import normalize_url


class InstanceType(StrEnum):
    """The three instance types, in the order of work (domain.md, "Words" and "Rules")."""

    INTERNAL = "internal"
    TRIAL = "trial"
    PRODUCTION = "production"


class DeploymentColor(StrEnum):
    """The two possible deployments of an instance."""

    RED = "red"
    BLACK = "black"

    @property
    def other(self) -> DeploymentColor:
        return DeploymentColor.BLACK if self is DeploymentColor.RED else DeploymentColor.RED


class Channel(StrEnum):
    """The release channel; only `stable` takes part in release upgrades."""

    STABLE = "stable"
    INSIDERS = "insiders"
    PAUSE = "pause"


@stored("fleet.marked_skipped", words="words")
@dataclass(frozen=True)
class MarkedSkipped(Reason):
    """Somebody marked the instance in its config.yaml, with these words (empty if none)."""

    words: str


@stored("fleet.excluded_by_channel", channel="channel")
@dataclass(frozen=True)
class ExcludedByChannel(Reason):
    """The instance is on a release channel that takes no part in release upgrades."""

    channel: Channel


@stored("fleet.suspended")
@dataclass(frozen=True)
class Suspended(Reason):
    """The instance is suspended: its terraform.tfvars has no deployments."""


SkipReason: TypeAlias = MarkedSkipped | ExcludedByChannel | Suspended
"""Why release upgrades leave an instance out."""


@dataclass(frozen=True)
class Instance:
    """One managed instance as the deployment repository describes it.

    `account` is the URL of the customer's account issue (None only for internal ones). `ordinal` is 1 for a
    customer's first instance, 2 for the second, in slug order. `skip` has the words with which somebody marked the
    instance to be skipped: None if nobody did, and empty if they wrote none.
    """

    slug: str
    type: InstanceType
    domain: str
    active: DeploymentColor
    version: Version
    public: bool = True
    customer: str = ""
    account: str | None = None
    ordinal: int = 1
    note: str = ""
    skip: str | None = None
    channel: Channel = Channel.STABLE
    trial_additional_days: int = 0
    executors: bool = False
    suspended: bool = False

    @property
    def internal(self) -> bool:
        return self.type is InstanceType.INTERNAL

    @property
    def link_path(self) -> str:
        """The link that an upgrade changes: the Compose file of the active deployment."""
        return f"{self.slug}/{self.active}/docker-compose/docker-compose.yaml"

    @property
    def skip_reason(self) -> SkipReason | None:
        """Why release upgrades leave this instance out, or None."""
        if self.suspended:
            return Suspended()
        if self.skip is not None:
            return MarkedSkipped(self.skip)
        return None if self.channel is Channel.STABLE else ExcludedByChannel(self.channel)


@dataclass(frozen=True)
class UnreadableInstance:
    """An instance that cannot be read, and why. One that is suspended and has no deployment left is among them.

    `tree_prefix` is the beginning of the SHA-1 of its folder's Git tree. It identifies the folder to people who can
    read the deployment repository, and to nobody else. `account` and `ordinal` are as an instance's, if its
    config.yaml has them.
    """

    slug: str
    reason: Reason
    tree_prefix: str = ""
    internal: bool = False
    account: str | None = None
    ordinal: int = 1

    @property
    def suspended(self) -> bool:
        """Whether it is as it should be, and only has nothing to upgrade."""
        return isinstance(self.reason, Suspended)


@dataclass(frozen=True)
class Fleet:
    """Every instance in the order of work, every folder that cannot be read, and the versions with a golden file."""

    instances: tuple[Instance, ...] = ()
    unreadable: tuple[UnreadableInstance, ...] = ()
    golden: frozenset[Version] = field(default_factory=frozenset)

    def __iter__(self) -> Iterator[Instance]:
        return iter(self.instances)

    def __len__(self) -> int:
        return len(self.instances)

    @cached_property
    def _by_slug(self) -> dict[str, Instance]:
        return {instance.slug: instance for instance in self.instances}

    @cached_property
    def by_host(self) -> dict[str, Instance]:
        """The instances by slug and by domain."""
        named = [
            (name, instance) for instance in reversed(self.instances) for name in (instance.domain, instance.slug)
        ]
        return dict(named)

    @cached_property
    def by_account(self) -> dict[str, list[Instance | UnreadableInstance]]:
        """What customers have, by the normalized URL of the account, a customer's first instance first."""
        owned: dict[str, list[Instance | UnreadableInstance]] = {}
        everyone: list[Instance | UnreadableInstance] = [*self.instances, *self.unreadable]
        for one in sorted(everyone, key=lambda one: one.ordinal):
            if one.account and not one.internal:
                owned.setdefault(normalize_url(one.account), []).append(one)
        return owned

    def get(self, slug: str) -> Instance | None:
        return self._by_slug.get(slug)

    def has_folder(self, slug: str) -> bool:
        """Whether the repository has a folder of that name, even one that can't be read."""
        return slug in self._by_slug or any(one.slug == slug for one in self.unreadable)

    @property
    def problems(self) -> tuple[UnreadableInstance, ...]:
        """The folders that should be readable and are not."""
        return tuple(one for one in self.unreadable if not one.suspended)

    @property
    def suspended(self) -> tuple[UnreadableInstance, ...]:
        """The suspended instances without a deployment."""
        return tuple(one for one in self.unreadable if one.suspended)

    @property
    def customers(self) -> tuple[Instance, ...]:
        return tuple(instance for instance in self.instances if not instance.internal)
