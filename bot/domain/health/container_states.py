"""The state of containers, in the words of Docker and of both versions of Compose. Pure.

`container_rows` and `container_json` read them from what a workflow run published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.fleet.images import is_first_party, looks_first_party
from bot.formats.compose import Image


class Condition(StrEnum):
    """The condition of a container. The values are stored."""

    UP = "up"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    RESTARTING = "restarting"
    PAUSED = "paused"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Container:
    """A container's name, its image as it was written (empty if that is not told), and Docker's status."""

    name: str
    image: str
    status: str

    @property
    def condition(self) -> Condition:
        return condition(self.status)

    @property
    def product_tag(self) -> str | None:
        """The tag of an image of the product, empty if it has none; None for every other image."""
        image = Image.parse(self.image)
        if image is None:
            return "" if looks_first_party(self.image) else None
        return image.tag if is_first_party(image) else None


# Docker's words (`Up 5 minutes (healthy)`, `Exited (137) 2 hours ago`), and Compose's (`running(healthy)`, and with
# version 1 `Exit 137`); a mark such as ✅ may stand before them.
_STATUS = re.compile(
    r"""
    [^\w(]{0,4}
    (?: (?P<up>up|running) (?:\ [\w\ ]{1,40}?)? (?:\ ?\((?P<health>[^()]{1,40})\))?
      | (?P<down>restarting|exited) (?:\ ?\(-?\d+\))? (?:\ [\w\ ]{1,40}\ ago)?
      | (?P<exit>exit) (?:\ -?\d+)?
      | (?P<still>created|dead|ghost|paused|removing|removal\ in\ progress|stopped|stopping)
    )
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_BY_HEALTH = {
    "healthy": Condition.UP,
    "unhealthy": Condition.UNHEALTHY,
    "health: starting": Condition.STARTING,
    "starting": Condition.STARTING,
    "paused": Condition.PAUSED,
}
_BY_WORD = {"restarting": Condition.RESTARTING, "paused": Condition.PAUSED}

_WORST_FIRST = (
    Condition.DOWN,
    Condition.RESTARTING,
    Condition.UNHEALTHY,
    Condition.PAUSED,
    Condition.STARTING,
    Condition.UNKNOWN,
    Condition.UP,
)


def condition(status: str) -> Condition:
    """What Docker's status means."""
    match = _STATUS.fullmatch(status)
    if match is None:
        return Condition.UNKNOWN
    if match["up"]:
        health = match["health"]
        return Condition.UP if health is None else _BY_HEALTH.get(health.strip().lower(), Condition.UNKNOWN)
    return _BY_WORD.get((match["down"] or match["exit"] or match["still"]).lower(), Condition.DOWN)


def is_status(text: str) -> bool:
    """Whether the text is one of Docker's statuses, known health or not."""
    return _STATUS.fullmatch(text) is not None


def worst_status(statuses: list[str]) -> str:
    """Of several words about one container, the worst; empty without any."""
    return min(statuses, key=lambda one: _WORST_FIRST.index(condition(one)), default="")
