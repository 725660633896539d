"""The words for orders that were taken back."""

from __future__ import annotations

from bot.domain.upgrade.cancellation import Canceled, CancelRefused, CancelTooLate
from bot.rendering.wording.dispatch import clause, describe


@describe.register
def _(reason: Canceled) -> str:
    what = "its rollback was canceled" if reason.rollback else "canceled"
    return f"{what} by {reason.by}{f': {reason.why}' if reason.why else ''}"


@describe.register
def _(reason: CancelTooLate) -> str:
    return f"it was merged before {reason.by} canceled it: /rollback undoes it when its deployment has ended"


@describe.register
def _(reason: CancelRefused) -> str:
    return f"{reason.by} canceled it, but its pull request can't be closed: {clause(reason.cause)}"
