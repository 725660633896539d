"""What a workflow run published about an instance's containers, read as a whole. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.health.container_json import split_json
from bot.domain.health.container_rows import is_unreadable, read_rows
from bot.domain.health.container_states import Condition, Container, condition

__all__ = ["Condition", "Container", "ContainerReport", "condition", "parse_containers", "read_report"]

MAX_REPORT_LENGTH = 65_500
"""GitHub cuts a summary or text at 65,535 characters, and does not say so."""
_CUT_OFF = re.compile(r"\W*(?:…|\.\.\.|(?:output |log |report )?(?:was )?(?:truncated|shortened|cut off))\W*", re.I)


@dataclass(frozen=True)
class ContainerReport:
    """The containers that were read, each once, and whether the texts hold more that could not be read."""

    containers: tuple[Container, ...]
    incomplete: bool


def parse_containers(texts: Iterable[str]) -> tuple[Container, ...]:
    """Every container in the texts, each once, in their order."""
    return read_report(texts).containers


def read_report(texts: Iterable[str]) -> ContainerReport:
    """What the texts tell of containers."""
    found: list[Container] = []
    incomplete = False
    for text in texts:
        documents, rest, unreadable = split_json(text)
        found += [*documents, *read_rows(rest)]
        incomplete = incomplete or unreadable or _is_cut_off(text) or any(map(is_unreadable, rest.splitlines()))
    with_image = {(one.name, one.condition) for one in found if one.image}
    # `docker-compose ps` names no images; what it tells of a container that is listed with its image is nothing new.
    counted = (one for one in found if one.image or (one.name, one.condition) not in with_image)
    return ContainerReport(tuple(dict.fromkeys(counted)), incomplete)


def _is_cut_off(text: str) -> bool:
    """Whether the end of a text is missing."""
    lines = text.strip().strip("`").strip().splitlines()
    return len(text) >= MAX_REPORT_LENGTH or (bool(lines) and _CUT_OFF.fullmatch(lines[-1].strip()) is not None)
