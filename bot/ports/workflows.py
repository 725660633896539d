"""GitHub Actions in the deployment repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.github_models import FailedJob, WorkflowRun
from bot.ports.accounts import BotAccount


class Workflows(BotAccount, Protocol):
    """Starts and follows workflow runs. `bot_login` is the actor of the runs that mibot starts."""

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> int | None:
        """Start a run of the workflow on the base branch; returns its id if GitHub tells it at once, else None.

        Not safe to repeat: after a TransientError the caller does not know whether a run was started, and must look.
        """

    def run(self, number: int) -> WorkflowRun: ...
    def runs(self, workflow: str, event: str, since: datetime, commit: str = "") -> Sequence[WorkflowRun]:
        """The workflow's runs by that event created since then (of that commit if one is given), oldest first."""

    def failed_jobs(self, run: int) -> Sequence[FailedJob]:
        """The jobs of a run that did not succeed."""
