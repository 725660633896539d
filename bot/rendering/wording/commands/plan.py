"""The words of `/plan`."""

from __future__ import annotations

from bot.commands.plan import TooManyPlans
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: TooManyPlans) -> str:
    return (
        f"only the first {reason.limit} of {reason.instances} instances are shown; "
        "name the others in another command."
    )
