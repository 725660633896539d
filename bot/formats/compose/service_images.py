"""The images of a Compose file's services, and the same file with other images or without some."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.formats.compose.errors import ComposeError, ComposeProblem
from bot.formats.compose.reader import image_of, is_standalone, load_document, services
from bot.formats.yaml import Map, Value, YamlError, edit, string


@dataclass(frozen=True)
class ImageRemoval:
    """A file without some images. `text` is None if nothing is left of it; `removed` has (service, reference)."""

    text: str | None
    removed: tuple[tuple[str, str], ...] = ()


def images(text: str, name: str) -> dict[str, str]:
    """The image reference of each service that has one, as it is written. Raises ComposeError."""
    return dict(_images(text, name))


@lru_cache(maxsize=4096)
def _images(text: str, name: str) -> Mapping[str, str]:
    found = {service: image_of(value) for service, value in services(text, name).items()}
    return {service: image for service, image in found.items() if image is not None}


@lru_cache(maxsize=4096)
def service_names(text: str, name: str) -> frozenset[str]:
    """The names of all services. Raises ComposeError."""
    return frozenset(services(text, name))


@lru_cache(maxsize=4096)
def override_only_services(text: str, name: str) -> frozenset[str]:
    """The services that only change those of another file: they have no image and no build. Raises ComposeError."""
    return frozenset(service for service, value in services(text, name).items() if not is_standalone(value))


def set_images(text: str, images: Mapping[str, str], name: str = "") -> str:
    """The text with other images for these services. Raises ComposeError if one of them has no image."""
    return _set_images(text, tuple(images.items()), name)


@lru_cache(maxsize=64)
def _set_images(text: str, wanted: tuple[tuple[str, str], ...], name: str) -> str:
    section = services(text, name)
    for service, image in wanted:
        if service not in section or image_of(section[service]) is None:
            raise ComposeError(ComposeProblem.NO_IMAGE, name, service)
        section[service] = section[service].with_entry("image", string(image))
    value = load_document(text, name)
    return _edit(text, value.with_entry("services", _services_map(value).with_entries(section)), name)


def remove_images(text: str, services: Collection[str], name: str) -> ImageRemoval:
    """An override file without the images of these services.

    A service without other settings goes too, and so does `services` if it becomes empty. Comments above what is
    removed stay. Raises ComposeError.
    """
    if "image" not in text or not services:
        return ImageRemoval(text)
    return _remove_images(text, frozenset(services), name)


@lru_cache(maxsize=4096)
def _remove_images(text: str, affected: frozenset[str], name: str) -> ImageRemoval:
    removed = tuple((service, image) for service, image in _images(text, name).items() if service in affected)
    if not removed:
        return ImageRemoval(text)
    gone = dict(removed)
    value = load_document(text, name)
    entries: dict[str, Value] = {}
    for service, found in _services_map(value).entries.items():
        rest = found.without_keys({"image"}) if service in gone and isinstance(found, Map) else found
        if service not in gone or not isinstance(rest, Map) or rest.entries:
            entries[service] = rest
    if entries:
        left = value.with_entry("services", _services_map(value).with_entries(entries))
    else:
        left = value.without_keys({"services"})
        if left.entries.keys() <= {"version"}:
            return ImageRemoval(None, removed)
    return ImageRemoval(_edit(text, left, name), removed)


def _services_map(value: Map) -> Map:
    section = value.get("services")
    return section if isinstance(section, Map) else Map()


def _edit(text: str, wanted: Value, name: str) -> str:
    try:
        return edit(text, wanted, drop_comments=False)
    except YamlError as error:
        raise ComposeError(ComposeProblem.NOT_EDITABLE, name, cause=error) from None
