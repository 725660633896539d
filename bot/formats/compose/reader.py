"""Reads Compose files: the mapping that one is, and its services."""

from __future__ import annotations

from functools import lru_cache

from bot.formats.compose.errors import ComposeError, ComposeProblem
from bot.formats.yaml import Map, Scalar, Value, YamlError, is_null, parse

RESET_TAG = "!reset"
OVERRIDE_TAG = "!override"


@lru_cache(maxsize=4096)  # callers read the same files again whenever one of many changes
def _value(text: str) -> Value:
    return parse(text)


def load_document(text: str, name: str) -> Map:
    """The mapping of a Compose file; an empty file is an empty mapping. Raises ComposeError."""
    try:
        value = _value(text)
    except YamlError as error:
        raise ComposeError(ComposeProblem.INVALID_YAML, name, cause=error) from None
    if is_null(value):
        return Map()
    if not isinstance(value, Map):
        raise ComposeError(ComposeProblem.NOT_A_MAPPING, name)
    return value


def services(text: str, name: str) -> dict[str, Map]:
    """The services of a Compose file by name; none if it has no `services`. Raises ComposeError."""
    section = load_document(text, name).get("services")
    if section is None or is_null(section):
        return {}
    if not isinstance(section, Map):
        raise ComposeError(ComposeProblem.SERVICES_NOT_A_MAPPING, name)
    found = {}
    for service, value in section.entries.items():
        if not isinstance(value, Map) and not is_null(value) and value.tag != RESET_TAG:
            raise ComposeError(ComposeProblem.SERVICE_NOT_A_MAPPING, name, service)
        found[service] = value if isinstance(value, Map) else Map()
    return found


def image_of(service: Map) -> str | None:
    """The image reference of a service as it is written, or None."""
    image = service.get("image")
    return image.text if isinstance(image, Scalar) and not image.is_null else None


def is_standalone(service: Map) -> bool:
    """Whether a service has an image or a build, and so does not depend on another file."""
    return any(not is_null(service.get(key)) and key in service for key in ("image", "build"))
