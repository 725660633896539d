"""The words of `/prepare`."""

from __future__ import annotations

from bot.commands.prepare import InstancesNamed
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: InstancesNamed) -> str:
    return f"write {reason.usage}, without an instance."
