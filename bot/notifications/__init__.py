"""The channels of notifications, one file each, discovered: adding one touches that file, its words, and its test.

A channel file holds `CHANNEL`, which has everything about it: its name, which transitions of an upgrade it wants, and
what it posts about one. All of it is pure. When an upgrade is saved, the store adds a row to the outbox for each
channel that wants the transition, in the same transaction. `bot.handlers.notifications` publishes the rows. A channel
that is added later has no rows for what happened before.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

from bot.domain.notifications.posts import Post
from bot.domain.notifications.transition import Transition
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Upgrade
from bot.rendering import Renderer


@dataclass(frozen=True)
class NotificationContext:
    """What a channel may know besides the upgrade: the tracker of its version (None if there is none), and the logins
    and teams of the people on call."""

    renderer: Renderer
    tracker: TrackerRecord | None = None
    on_call: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    """One kind of notification.

    `name` is stored, so it never changes. `wants` decides whether a transition is posted. `post` returns what is
    posted about the upgrade as it was right after the transition, None if nothing is. `latest_only` is for channels
    that show a state: of the transitions that wait, only the last one is posted.
    """

    name: str
    wants: Callable[[Transition], bool]
    post: Callable[[Upgrade, NotificationContext], Post | None]
    latest_only: bool = False


@functools.cache
def all_channels() -> Mapping[str, Channel]:
    """Every channel of this package by its name, in alphabetical order."""
    return discover(importlib.import_module(__name__))


def discover(package: ModuleType) -> Mapping[str, Channel]:
    """The channels of a package: one module, one `CHANNEL`.

    Raises TypeError for a module that has none, ValueError for two of the same name.
    """
    found: dict[str, Channel] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        channel = getattr(importlib.import_module(info.name), "CHANNEL", None)
        if not isinstance(channel, Channel):
            raise TypeError(f"{info.name} has no CHANNEL: every module in {package.__name__} is one channel.")
        if channel.name in found:
            raise ValueError(f"Two channels are named {channel.name!r}; the second one is in {info.name}.")
        found[channel.name] = channel
    return MappingProxyType(dict(sorted(found.items())))


def interested_channels(transition: Transition) -> tuple[str, ...]:
    """The names of the channels that want a transition."""
    return tuple(name for name, channel in all_channels().items() if channel.wants(transition))
