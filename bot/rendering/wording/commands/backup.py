"""The words of `/backup`."""

from __future__ import annotations

from bot.commands.backup import TooManyBackups
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: TooManyBackups) -> str:
    return (
        f"only the first {reason.limit} of {reason.instances} instances are backed up; "
        "name the others in another command."
    )
