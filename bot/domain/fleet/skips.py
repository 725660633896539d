"""Why release upgrades leave an instance out."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.fleet.model import Channel, Instance
from bot.domain.reasons import Reason
from bot.formats.documents import stored


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


def skip_reason(instance: Instance) -> MarkedSkipped | ExcludedByChannel | None:
    """Why release upgrades leave this instance out, or None."""
    if instance.skip:
        return MarkedSkipped(instance.skip)
    return None if instance.channel is Channel.STABLE else ExcludedByChannel(instance.channel)
