"""Why `mibot serve` cannot listen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class ListenProblem(StrEnum):
    """What the operating system says about the address."""

    TAKEN = "taken"
    FORBIDDEN = "forbidden"
    NOT_OURS = "not_ours"
    UNKNOWN_HOST = "unknown_host"
    OTHER = "other"


@stored("listening.refused", host="host", port="port", problem="problem")
@dataclass(frozen=True)
class CannotListen(Reason):
    """The address cannot be bound."""

    host: str
    port: int
    problem: ListenProblem
