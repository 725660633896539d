"""The codec of everything durable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.chat.replies import Reply
from bot.domain.effects import Effect
from bot.domain.flow.events import Event
from bot.domain.reasons import Reason
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.preparation import Preparation
from bot.domain.upgrade.record import Upgrade
from bot.domain.versions import Version
from bot.formats.documents import Codec, Upgrader, scalar
from bot.formats.markdown import Markdown
from bot.schema import version_1
from bot.schema.discovery import import_below

JobContent = Event | Effect
"""What a job is about: an event to be understood, or an effect to be carried out."""

_ROOTS: Final[Mapping[Any, Mapping[int, Upgrader]]] = {
    JobContent: {1: version_1.read_job},
    Reply: {1: version_1.read_reply},
    TrackerRecord: {1: version_1.read_tracker},
    Reason: {1: version_1.read_reason},
    Upgrade: {1: version_1.read_upgrade},
    Preparation: {1: version_1.read_preparation},
}
"""What has documents of its own, and what takes each from one schema to the next."""

import_below(["bot.domain", "bot.checks", "bot.commands", "bot.services", "bot.handlers"])


CODEC: Final[Codec] = Codec(
    _ROOTS,
    scalars=[
        scalar(Version, "version", encode=str, decode=Version.parse),
        scalar(Markdown, "markdown", encode=str, decode=Markdown),
    ],
    families={"effect": Effect, "reason": Reason},
    upgraders=_ROOTS,
)
