"""The words of `/status`."""

from __future__ import annotations

from bot.commands.status import WrongUsage
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: WrongUsage) -> str:
    how = "Name a customer's instance by the URL of its account issue."
    return f"write {reason.usage}, with at most one version, in the form X.Y.Z. {how}"
