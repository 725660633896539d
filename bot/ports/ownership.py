"""Whether this worker still owns the job that it carries out."""

from __future__ import annotations

from collections.abc import Callable


class NotOwnerError(BaseException):
    """Another worker owns the job now. It is abandoned here: nothing more is sent, and nothing is marked as failed.

    No `Exception`, so that no handler takes it for a failure of the job.
    """


ProveOwnership = Callable[[], None]
"""Called right before each request that changes something at GitHub or Google.

Raises NotOwnerError if another worker owns the job, TransientError if the storage can't tell.
"""


def sole_owner() -> None:
    """The proof of a process that carries out no jobs, such as a command that reads and ends."""
