"""The words of `/retry`."""

from __future__ import annotations

from bot.commands.retry import NothingToRetry
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: NothingToRetry) -> str:
    return f"no upgrade{'' if reason.any_instance else ' of it'} has failed after its merge."
