"""Durable jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.domain.flow.jobs import Job, Outcome, StoredReason

JobHandler = Callable[[Mapping[str, Any]], Outcome]
"""Runs a job, which is the payload that was submitted."""
FailureCallback = Callable[[Mapping[str, Any], StoredReason], None]
"""Gets the payload of a job that is late, and the reason of its last attempt's `RetryLater`. Called again after each
further attempt at a job that is tried until it is done."""


class JobQueue(Protocol):
    """Takes jobs."""

    def submit(self, id_: str, job: Job) -> None:
        """The job is durable when this returns. An id that was submitted before is ignored."""


class Engine(JobQueue, Protocol):
    """Runs durable jobs: each at least once, those of one key one after the other."""

    def start(self, handler: JobHandler, on_failed: FailureCallback) -> None:
        """Begin to run jobs, interrupted ones first; `on_failed` is called when a job is given up, and while
        one is late that is tried until it is done."""

    def is_unfinished(self, id_: str) -> bool: ...
    def backlog(self) -> int: ...
    def delete_old_jobs(self, now: datetime) -> int: ...
    def stop(self) -> None: ...
