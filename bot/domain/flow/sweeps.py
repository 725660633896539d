"""Why a sweep cannot begin."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("sweep.not_started")
@dataclass(frozen=True)
class NotStarted(Reason):
    """mibot has not noted yet when it was first started."""
