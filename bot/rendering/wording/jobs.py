"""Why a job fails."""

from __future__ import annotations

from bot.domain.flow.jobs import InternalError, JobFromNewerVersion
from bot.domain.flow.sweeps import NotStarted
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: InternalError) -> str:
    return "mibot had an internal error; see its log"


@describe.register
def _(_reason: JobFromNewerVersion) -> str:
    return "A newer version of mibot created this job."


@describe.register
def _(_reason: NotStarted) -> str:
    return "mibot has not started yet"
