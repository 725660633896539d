"""The words for what the deployment repository says about instances."""

from __future__ import annotations

from bot.domain.fleet.skips import ExcludedByChannel, MarkedSkipped
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: MarkedSkipped) -> str:
    return reason.words or "marked to be skipped"


@describe.register
def _(reason: ExcludedByChannel) -> str:
    return f"release channel is {reason.channel}"
