"""Reads containers from JSON: `docker ps`, `docker compose ps` and `docker inspect` print them so. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.health.container_states import Container, worst_status

MAX_DOCUMENTS = 2_000
_BEGIN = re.compile(r"^[ \t`]*(?=[{\[])", re.MULTILINE)
_DECODER = json.JSONDecoder()
_LOOKS_LIKE_CONTAINERS = re.compile(r'"(?:Image|State|Status|Names?)"\s*:')


def split_json(text: str) -> tuple[list[Container], str, bool]:
    """The containers of all JSON documents in a text, the text without them, and whether one could not be read."""
    found: list[Container] = []
    rest: list[str] = []
    position, unreadable = 0, False
    for _ in range(MAX_DOCUMENTS):
        begin = _BEGIN.search(text, position)
        if begin is None:
            break
        rest.append(text[position : begin.end()])
        try:
            document, position = _DECODER.raw_decode(text, begin.end())
            found += _containers(document)
        except (ValueError, RecursionError):
            position = _line_end(text, begin.end())
            line = text[begin.end() : position]
            unreadable = unreadable or _LOOKS_LIKE_CONTAINERS.search(line) is not None
            rest.append(line)
    else:
        unreadable = True
    return found, "".join([*rest, text[position:]]), unreadable


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _containers(document: Any) -> Iterator[Container]:
    for one in document if isinstance(document, list) else [document]:
        if isinstance(one, dict):
            container = _container(one)
            if container is not None:
                yield container


def _container(one: Mapping[str, Any]) -> Container | None:
    """The container that an object describes, or None if it describes none."""
    name = _text(one, "Name", "Names").split(",")[0].removeprefix("/")
    config, state = one.get("Config"), one.get("State")
    inner = state if isinstance(state, dict) else {}
    image = _text(config if isinstance(config, dict) else one, "Image")
    if not name or not (image or "State" in one or "Status" in one):
        return None
    health = inner.get("Health")
    words = [_text(one, "State"), _text(one, "Status"), _text(inner, "Status")]
    healths = [_text(one, "Health"), _text(health if isinstance(health, dict) else {}, "Status")]
    told = [word for word in words if word]
    # Compose leaves the health empty, and Docker writes "none", where a container has no health check.
    told += [f"running ({word})" for word in healths if word and word.lower() != "none"] if told else []
    return Container(name, image, worst_status(told))


def _text(one: Mapping[str, Any], *keys: str) -> str:
    """The first of these that is a text, empty if none is."""
    return next((value for key in keys if isinstance(value := one.get(key), str)), "")
