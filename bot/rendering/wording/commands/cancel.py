"""The words of `/cancel`."""

from __future__ import annotations

from bot.commands.cancel import AlreadyMerged, NothingToCancel
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: AlreadyMerged) -> str:
    when = "" if reason.finished else " when its deployment has ended"
    return f"its upgrade to {reason.version} is merged and can't be canceled; /rollback undoes it{when}."


@describe.register
def _(reason: NothingToCancel) -> str:
    ended = f" (it is {reason.stage})" if reason.stage else ""
    others = ", ".join(map(str, reason.elsewhere))
    elsewhere = f" To cancel the one to {others}, name the version." if others else ""
    return f"no upgrade to {reason.version} waits or is in review{ended}.{elsewhere}"
