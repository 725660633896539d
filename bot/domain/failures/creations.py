"""Why something is not created now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.formats.documents import stored


@stored("creation.unclear")
@dataclass(frozen=True)
class CreationUnclear(Reason):
    """GitHub may have carried out an earlier request whose answer was lost, and shows what it created later."""
