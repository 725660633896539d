"""Why a job fails."""

from __future__ import annotations

from bot.domain.flow.jobs import InternalError, JobFromNewerVersion
from bot.domain.flow.sweeps import NotStarted
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: InternalError) -> str:
    return "mibot made a mistake; its log says which"


@describe.register
def _(_reason: JobFromNewerVersion) -> str:
    return "A newer version of mibot left this job."


@describe.register
def _(_reason: NotStarted) -> str:
    return "mibot has not started yet"
