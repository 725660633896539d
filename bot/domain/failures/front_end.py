"""Why nobody can ask the front end of an instance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class FrontEndObstacle(StrEnum):
    """What is wrong on mibot's side. The values are stored."""

    CA_FILE_UNREADABLE = "ca_file_unreadable"
    NO_DNS = "no_dns"


@stored("front_end.unavailable", obstacle="obstacle")
@dataclass(frozen=True)
class FrontEndUnavailable(Reason):
    """mibot cannot ask the front end, which says nothing about the instance."""

    obstacle: FrontEndObstacle
