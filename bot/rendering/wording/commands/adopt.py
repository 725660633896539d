"""The words of `/adopt`."""

from __future__ import annotations

from bot.commands.adopt import Adopting, HasTracker
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: Adopting) -> str:
    return f"I take this issue for the {reason.version} upgrade, and I link the tracker here."


@describe.register
def _(reason: HasTracker) -> str:
    return f"the tracker of the {reason.version} upgrade is #{reason.tracker}."
