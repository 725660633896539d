"""The words of `/backup`."""

from __future__ import annotations

from bot.commands.backup import TooManyBackups
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: TooManyBackups) -> str:
    return f"of {reason.instances} instances the first {reason.limit} are backed up; name the others."
