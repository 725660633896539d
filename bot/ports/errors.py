"""How a call to an external system fails."""

from __future__ import annotations

from bot.domain.reasons import Reason, format_for_log


class ExternalError(Exception):
    """An external system refused or failed. `reason` says what happened, without secrets; `describe` words it.

    `str()` is for logs.
    """

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return format_for_log(self.reason)


class TransientError(ExternalError):
    """A fault that another try may cure: 5xx, time-outs, no connection, rate limits.

    `retry_after` is the number of seconds that the other side asked us to wait, or None if it did not say. `unsent`:
    the request was certainly not carried out; otherwise a write may have been.
    """

    def __init__(self, reason: Reason, retry_after: float | None = None, *, unsent: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.unsent = unsent


class PermanentError(ExternalError):
    """A refusal that another try at once does not cure: no permission, invalid request, conflict."""


class NeedsPersonError(PermanentError):
    """A refusal that lasts until a person mends something: a permission, a suspended installation, a quota.

    `reason` says what to mend. Whoever waits keeps waiting, because the same request succeeds once it is mended.
    """


class NotFoundError(PermanentError):
    """The thing does not exist, or we may not see it (GitHub answers 404 for both)."""


class ConflictError(PermanentError):
    """The thing exists already, or it changed meanwhile (409, and the 422s that mean the same)."""


MENDABLE = (NeedsPersonError, NotFoundError, ConflictError)
"""What ends no work: a person mends it, or, where nobody expected that something is missing or changed, looks into
it."""
