"""The nouns everything else speaks of: instances, the fleet, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from bot.domain.versions import Version


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


@dataclass(frozen=True)
class Instance:
    """One managed instance as the deployment repository describes it.

    `account` is the URL of the customer's account issue (None only for internal ones); `ordinal` is 1 for a
    customer's first instance, 2 for the second, in slug order. `skip` is the reason why release upgrades leave
    the instance out, from `upgrade.skip` or the release channel.
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
    skip: str = ""
    channel: Channel = Channel.STABLE
    trial_additional_days: int = 0
    executors: bool = False

    @property
    def internal(self) -> bool:
        return self.type is InstanceType.INTERNAL

    @property
    def link_path(self) -> str:
        """The link that an upgrade moves: the active deployment's Compose file."""
        return f"{self.slug}/{self.active}/docker-compose/docker-compose.yaml"

    @property
    def skip_reason(self) -> str:
        """Why release upgrades leave this instance out, or nothing."""
        if self.skip:
            return self.skip
        return "" if self.channel is Channel.STABLE else f"release channel is {self.channel}"


@dataclass(frozen=True)
class UnreadableInstance:
    """An instance that can't be read. `sentence` says why and what to do and carries no name of a customer.

    `reference` is the first characters of the Git tree of its folder: it names the folder to those who can read
    the deployment repository, and to nobody else. `account` and `ordinal` are an instance's, where its config.yaml
    tells as much.
    """

    slug: str
    message: str
    tree_prefix: str = ""
    internal: bool = False
    account: str | None = None
    ordinal: int = 1


@dataclass(frozen=True)
class Fleet:
    """Every instance in the order of work, every folder that could not be read, and the golden files there are."""

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

    def get(self, slug: str) -> Instance | None:
        return self._by_slug.get(slug)

    @property
    def customers(self) -> tuple[Instance, ...]:
        return tuple(instance for instance in self.instances if not instance.internal)
