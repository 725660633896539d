"""Reads the rows of container tables: Markdown, `docker ps`, and `docker-compose ps` of versions 1 and 2. Pure.

Where a table has a head, the head says what a column holds. Else a row is a line with a container's name, an image
and a status, in any order of the other columns. All other lines are prose, except that what names an image of the
product is a row whatever else it says: a row that can't be read must not look like no container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.fleet.images import looks_first_party
from bot.domain.health.container_states import Condition, Container, condition, is_status, worst_status
from bot.formats.compose import Image

MAX_LINE_LENGTH = 2_000

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,254}", re.ASCII)
_COMPOSE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,254}", re.ASCII)
_CONTAINER_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
_CERTAIN = re.compile(r"[/:@]")  # in the reference of an image, never in a container's name
_IN_NO_IMAGE = re.compile(r"[\s\"']")  # but in a command
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"\t|\s{2,}")
_RULE = re.compile(r"[\s|:=-]*-{3}[\s|:=-]*")  # the line below the head of a table
# What nobody writes of anything but a container, so that it counts in a row without an image, too.
_SURELY_A_CONTAINER = re.compile(r"Exit -?\d+|(Exited|Restarting) \(-?\d+\).*|.*\((unhealthy|health: starting)\)")
# What may stand before a row: a log's time and colors, a bullet, a mark.
_BEFORE = re.compile(
    r"""
    (?: \x1b\[[\d;]*m )+
  | ^\s* \d{4}-\d\d-\d\d [T\ ] [\d:.,]+ (?:Z|[+-]\d\d:?\d\d)? [\ \t]
  | ^\s* [-*+•✅❌❔⚠✔✖\ufe0f]+ [\ \t]+
    """,
    re.VERBOSE,
)
_PRODUCT_IMAGE = re.compile(r"(?<![\w./:@-])[\w./:@-]*\bsourcegraph/[a-z][\w./:@-]*", re.ASCII)
_TROUBLE = re.compile(r"\bexit(?:ed)?\W{0,2}-?\d|\b(?:exited|restarting|unhealthy|oomkilled)\b", re.IGNORECASE)
_UNWELL = {"unhealthy", "starting", "health: starting"}
_PRODUCT_ANYWHERE = re.compile(r"(?:^|[\s/|`\"'])sourcegraph/[a-z]", re.ASCII)

_NAMES = {"name", "names", "container", "containers", "container name"}
_IMAGES = {"image", "images"}
_STATES = {"status", "state", "health"}
_OTHERS = {"service", "command", "ports", "created", "container id", "id", "repository", "tag", "image id", "size"}
_OTHERS |= {"digest", "version", "platform", "running for", "networks", "mounts", "project", "old", "new"}


@dataclass(frozen=True)
class _Head:
    """The head of a table: what each column is called. `bordered` is whether it is Markdown."""

    columns: tuple[str, ...]
    bordered: bool

    @property
    def tells_states(self) -> bool:
        return bool(_STATES & set(self.columns))

    @property
    def tells_containers(self) -> bool:
        return bool(_NAMES & set(self.columns)) and self.tells_states


def read_rows(text: str) -> Iterator[Container]:
    """Every container in the tables and rows of a text, in their order."""
    head: _Head | None = None
    for written in text.splitlines():
        if len(written) > MAX_LINE_LENGTH:
            continue
        line = _BEFORE.sub("", written) if not written.lstrip().startswith("|") else written
        found = _head(line)
        if found is not None:
            head = found
            continue
        if not line.strip() or (head is not None and head.bordered and "|" not in line):
            head = None
        elif _RULE.fullmatch(line):
            continue
        row = _row_below(head, line) if head is not None else _row(line)
        if row is not None:
            yield row
        elif head is None or head.tells_states:
            yield from _unread_trouble(line)


def _unread_trouble(line: str) -> Iterator[Container]:
    """A container of unknown state for a line that can't be read, and names an image of the product and trouble."""
    image = _PRODUCT_IMAGE.search(line) if _TROUBLE.search(line) else None
    if image is not None:
        yield Container(image.group(), "", "")


def is_unreadable(line: str) -> bool:
    """Whether a line is too long to be read, and names an image of the product."""
    return len(line) > MAX_LINE_LENGTH and _PRODUCT_ANYWHERE.search(line) is not None


def _head(line: str) -> _Head | None:
    """The head of a table, or None. All its words are known, and one tells of a name, an image or a state."""
    bordered = "|" in line
    cells = [cell.lower() for cell in (_bordered_cells(line) if bordered else _GAP.split(line.strip()))]
    known = _NAMES | _IMAGES | _STATES | _OTHERS
    counted = [cell for cell in cells if cell]
    if len(counted) < 2 or not all(cell in known for cell in counted):
        return None
    return _Head(tuple(cells), bordered) if set(counted) & (_IMAGES | _STATES | {"repository"}) else None


def _row_below(head: _Head, line: str) -> Container | None:
    """The container of a row below that head."""
    if not head.tells_states:
        return None  # a list of images
    if head.bordered and (head.tells_containers or _IMAGES & set(head.columns)):
        return _by_column(head, _bordered_cells(line))
    names_images = bool(_IMAGES & set(head.columns))
    return _row(line) or (_without_image(line) if head.tells_containers and not names_images else None)


def _by_column(head: _Head, cells: list[str]) -> Container | None:
    """The container of a Markdown row, each cell taken for what its column's head says."""
    told = list(zip(head.columns, cells, strict=False))
    names = [cell for column, cell in told if column in _NAMES] or [c for column, c in told if column == "service"]
    name = next(filter(None, names), "")
    images = [cell for column, cell in told if column in _IMAGES]
    states = [cell for column, cell in told if column in _STATES and (cell or column != "health")]
    image = images[0] if images else ""
    if not _NAME.fullmatch(name):
        return Container(image, image, "") if looks_first_party(image) else None
    health = [f"running ({cell})" for column, cell in told if column == "health" and cell]
    plain = [cell for cell in states if f"running ({cell})" not in health]
    if not any(map(is_status, states)) and not (looks_first_party(image) or _CERTAIN.search(image)):
        return None
    return Container(name, image, worst_status([*plain, *health]))


def _without_image(line: str) -> Container | None:
    """The container of a row of `docker-compose ps`, which names no image. A line that goes on with the row before it
    begins with blanks."""
    cells = _GAP.split(line.rstrip())
    if len(cells) < 2 or not _NAME.fullmatch(cells[0]):
        return None
    status = next((cell for cell in cells[1:] if is_status(cell)), cells[2] if len(cells) > 2 else "")
    return Container(cells[0], "", status)


def _row(line: str) -> Container | None:
    """The container of a row without a head, or of one whose columns the head does not separate."""
    cells, bordered = _cells(line.strip())
    states = [cell for cell in cells if is_status(cell)]
    if not states:
        return _unread_row(cells, bordered=bordered)
    # `docker ps` by itself has the container's number first and its name last.
    printed = _CONTAINER_ID.fullmatch(cells[0]) is not None
    unwell = [f"running ({cell})" for cell in cells if bordered and cell.lower() in _UNWELL]
    status = worst_status([*states, *unwell])
    rest = [cell for cell in cells[printed:] if cell not in states]
    images = [index for index, cell in enumerate(rest) if _is_image(cell)]
    certain = [index for index in images if _CERTAIN.search(rest[index])]
    # Where nothing tells an image like `redis` from a name, the order does; but not in the head of a table.
    plain = bordered and not any(cell.lower() in _IMAGES for cell in cells)
    chosen = images if printed else certain or (images[1:] if plain else [])
    names = [cell for index, cell in enumerate(rest) if index not in chosen[:1] and _NAME.fullmatch(cell)]
    if chosen and names:
        return Container(names[-1 if printed else 0], rest[chosen[0]], status)
    if bordered and names and _SURELY_A_CONTAINER.fullmatch(status):
        return Container(names[0], "", status)
    return None


def _unread_row(cells: list[str], *, bordered: bool) -> Container | None:
    """The container of a row with one image of the product, of which nobody can tell how it is."""
    if len([cell for cell in cells if _is_image(cell) and looks_first_party(cell)]) != 1:
        return None
    printed = _CONTAINER_ID.fullmatch(cells[0]) is not None
    if not (printed or _COMPOSE_NAME.fullmatch(cells[0])):
        return None
    if not bordered and not (len(cells) > 1 and looks_first_party(cells[1])):
        return None
    image = next(cell for cell in cells if _is_image(cell) and looks_first_party(cell))
    names = [cell for cell in cells[printed:] if cell != image and _NAME.fullmatch(cell)]
    others = [cell for cell in cells if cell not in {image, *names[:1]}]
    if not bordered and any(map(_PRODUCT_IMAGE.search, others)):
        return None  # a sentence about two images
    unread = Container(names[-1 if printed else 0], image, others[-1] if others else "") if names else None
    return unread if unread is None or condition(unread.status) is Condition.UNKNOWN else None


def _is_image(cell: str) -> bool:
    return Image.parse(cell) is not None or (looks_first_party(cell) and not _IN_NO_IMAGE.search(cell))


def _cells(line: str) -> tuple[list[str], bool]:
    """The line's cells, and whether something else than a single space separates them."""
    if "|" in line:
        return [cell for cell in _bordered_cells(line) if cell], True
    cells = [cell.strip() for cell in _GAP.split(line)]
    # With single spaces it can but be name, image and status, of which only the last holds spaces.
    return (cells, True) if len(cells) > 1 else (line.split(maxsplit=2), False)


def _bordered_cells(line: str) -> list[str]:
    """The cells of a Markdown row, empty ones among them."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().strip("`*").strip() for cell in _CELL_BORDER.split(inner)]
