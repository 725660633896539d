"""Reads what a workflow run published about an instance's containers: the rows of `docker ps`.

Pure. A row is a line with a container's name, an image and a status, as a Markdown table or as `docker ps` prints it,
with any other columns. All other lines are prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    """A container's name, its image as it was written, and Docker's status."""

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


# Docker's words (`Up 5 minutes (healthy)`, `Exited (137) 2 hours ago`), and Compose's (`running(healthy)`); a mark
# such as ✅ may stand before them.
_STATUS = re.compile(
    r"""
    [^\w(]{0,4}
    (?: (?P<up>up|running) (?:\ [\w\ ]{1,40}?)? (?:\ ?\((?P<health>[^()]{1,40})\))?
      | (?P<down>restarting|exited) (?:\ ?\(-?\d+\))? (?:\ [\w\ ]{1,40}\ ago)?
      | (?P<still>created|dead|paused|removing|removal\ in\ progress)
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

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,254}", re.ASCII)
_CONTAINER_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
_HEADS = {"image", "images"}  # of a table's column
_CERTAIN = re.compile(r"[/:@]")  # in the reference of an image, never in a container's name
_IN_NO_IMAGE = re.compile(r"[\s\"']")  # but in a command
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"\t|\s{2,}")
MAX_LINE_LENGTH = 2_000


def parse_containers(texts: Iterable[str]) -> tuple[Container, ...]:
    """Every container in the texts, each once, in their order."""
    found = (_row(line) for text in texts for line in text.splitlines())
    return tuple(dict.fromkeys(container for container in found if container is not None))


def condition(status: str) -> Condition:
    """What Docker's status means."""
    match = _STATUS.fullmatch(status)
    if match is None:
        return Condition.UNKNOWN
    if match["up"]:
        health = match["health"]
        return Condition.UP if health is None else _BY_HEALTH.get(health.strip().lower(), Condition.UNKNOWN)
    return _BY_WORD.get((match["down"] or match["still"]).lower(), Condition.DOWN)


def _row(line: str) -> Container | None:
    if len(line) > MAX_LINE_LENGTH:
        return None
    cells, bordered = _cells(line.strip())
    status = next((cell for cell in cells if _STATUS.fullmatch(cell)), None)
    if status is None:
        return None
    # `docker ps` by itself has the container's number first and its name last.
    printed = _CONTAINER_ID.fullmatch(cells[0]) is not None
    rest = [cell for cell in cells[printed:] if cell != status]
    images = [index for index, cell in enumerate(rest) if _is_image(cell)]
    certain = [index for index in images if _CERTAIN.search(rest[index])]
    # Where nothing tells an image like `redis` from a name, the order does; but not in the head of a table.
    plain = bordered and not any(cell.lower() in _HEADS for cell in cells)
    chosen = images if printed else certain or (images[1:] if plain else [])
    names = [cell for index, cell in enumerate(rest) if index not in chosen[:1] and _NAME.fullmatch(cell)]
    return Container(names[-1 if printed else 0], rest[chosen[0]], status) if chosen and names else None


def _is_image(cell: str) -> bool:
    return Image.parse(cell) is not None or (looks_first_party(cell) and not _IN_NO_IMAGE.search(cell))


def _cells(line: str) -> tuple[list[str], bool]:
    """The line's cells, and whether something else than a single space separates them."""
    if "|" in line:
        bare = (cell.strip().strip("`*").strip() for cell in _CELL_BORDER.split(line))
        return [cell for cell in bare if cell], True
    cells = [cell.strip() for cell in _GAP.split(line)]
    # With single spaces it can but be name, image and status, of which only the last holds spaces.
    return (cells, True) if len(cells) > 1 else (line.split(maxsplit=2), False)
