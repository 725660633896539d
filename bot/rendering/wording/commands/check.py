"""The words of `/check`."""

from __future__ import annotations

from bot.commands.check import ACCEPT_OPTION, NothingToAccept
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_: NothingToAccept) -> str:
    return f"no deployed upgrade of it is waiting for verification, so there is nothing to {ACCEPT_OPTION}."
