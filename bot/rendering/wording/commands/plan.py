"""The words of `/plan`."""

from __future__ import annotations

from bot.commands.plan import TooManyPlans
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: TooManyPlans) -> str:
    return f"of {reason.instances} instances the first {reason.limit} are shown; name the others to see them."
