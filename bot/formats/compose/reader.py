"""Reading Compose files: what is one, and its services."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.formats.yaml.parse import YamlDocumentError, parse_value
from bot.formats.yaml.value import Map, Scalar, Value, is_null


class ComposeError(ValueError):
    """Why a Compose file can't be read or merged: one sentence that names the file and says what to do."""


@lru_cache(maxsize=4096)  # one file of a fleet changes, and all are read again
def _value(text: str) -> Value:
    return parse_value(text)


def load_document(text: str, name: str) -> Map:
    """The mapping that a Compose file is; an empty one is an empty mapping. Raises ComposeProblem, which names it."""
    try:
        value = _value(text)
    except YamlDocumentError as problem:
        raise ComposeError(f"{name} {problem}; correct it") from None
    if is_null(value):
        return Map()
    if not isinstance(value, Map):
        raise ComposeError(f"{name} is no Compose file; write a mapping with `services` in it")
    return value


def services(text: str, name: str) -> dict[str, Map]:
    """The services of a Compose file by name; none when it has no `services`. Raises ComposeProblem."""
    section = load_document(text, name).get("services")
    if section is None or is_null(section):
        return {}
    if not isinstance(section, Map):
        raise ComposeError(f"{name} is no Compose file: `services` is no mapping; write one entry a service")
    found = {}
    for service, value in section.entries.items():
        if not isinstance(value, Map) and not is_null(value) and value.tag != RESET_TAG:
            raise ComposeError(f"{name} has a service {quote_key(service)} that is no mapping; write it as a mapping")
        found[service] = value if isinstance(value, Map) else Map()
    return found


def image_of(service: Map) -> str | None:
    """The raw image reference of a service, None where it has none."""
    image = service.get("image")
    return image.text if isinstance(image, Scalar) and not image.is_null else None


def is_standalone(service: Map) -> bool:
    """Whether a service stands for itself, with an image or a build of its own."""
    return any(not is_null(service.get(key)) and key in service for key in ("image", "build"))


def quote_key(name: str) -> str:
    """A key of a file in a sentence: nothing in it can end the quotes, break the line, or go on for long."""
    plain = re.sub(r"[^\w.\-/ ]", "?", name)
    return f"`{plain if len(plain) <= 80 else plain[:79] + '…'}`"


RESET_TAG = "!reset"
OVERRIDE_TAG = "!override"
