"""Reads containers from JSON: `docker ps`, `docker compose ps` and `docker inspect` print them so. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.fleet.images import looks_first_party
from bot.domain.health.container_states import Container, worst_status

MAX_DOCUMENTS = 2_000
_BEGIN = re.compile(r"^[ \t`]*(?=[{\[])", re.MULTILINE)
_DECODER = json.JSONDecoder()
_LOOKS_LIKE_CONTAINERS = re.compile(r'"(?:Image|State|Status|Names?)"\s*:', re.IGNORECASE)


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
    """The containers in a document, at any depth."""
    if isinstance(document, list):
        for one in document:
            yield from _containers(one)
    elif isinstance(document, dict):
        told = {key.lower(): value for key, value in document.items()}
        container = _container(told)
        if container is not None:
            yield container
        else:
            yield from _containers(list(told.values()))


def _container(one: Mapping[str, Any]) -> Container | None:
    """The container that an object describes, or None if it describes none. Its keys are in lower case."""
    config, state = _mapping(one, "config"), _mapping(one, "state")
    image = _text(config if "config" in one else one, "image")
    tells_state = "state" in one or "status" in one
    name = _name(one)
    if not name and tells_state and looks_first_party(image):
        name = image  # nothing else names it, and it must not look like no container
    if not name or not (image or tells_state):
        return None
    words = [_text(one, "state"), _text(one, "status"), _text(state, "status")]
    healths = [_text(one, "health"), _text(_mapping(state, "health"), "status")]
    told = [word for word in words if word]
    # Compose leaves the health empty, and Docker writes "none", where a container has no health check.
    told += [f"running ({word})" for word in healths if word and word.lower() != "none"] if told else []
    return Container(name, image, worst_status(told))


def _name(one: Mapping[str, Any]) -> str:
    names = one.get("names")
    listed = next((name for name in names if isinstance(name, str)), "") if isinstance(names, list) else ""
    return (_text(one, "name", "names") or listed).split(",")[0].removeprefix("/")


def _mapping(one: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object at a key, with its keys in lower case; empty if there is none."""
    value = one.get(key)
    return {inner.lower(): text for inner, text in value.items()} if isinstance(value, dict) else {}


def _text(one: Mapping[str, Any], *keys: str) -> str:
    """The first of these that is a text, empty if none is."""
    return next((value for key in keys if isinstance(value := one.get(key), str)), "")
