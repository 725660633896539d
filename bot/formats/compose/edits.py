"""Compose files: which images their services run, and the same files with others, or with none.

All of it is text in, text out: an edit changes the lines that it must and no others. What fails is a ComposeProblem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.formats.compose.difference import Difference, ImageChange, SettingChange, difference
from bot.formats.compose.merge import MergeResult, merge_files
from bot.formats.compose.reader import ComposeError, image_of, is_standalone, load_document, services
from bot.formats.yaml.edit import edit_text
from bot.formats.yaml.events import YamlDocumentError
from bot.formats.yaml.value import Map, Value, string_scalar

__all__ = [
    "ComposeError",
    "Difference",
    "ImageChange",
    "ImageRemoval",
    "MergeResult",
    "SettingChange",
    "difference",
    "images",
    "merge_files",
    "override_only_services",
    "service_names",
    "with_images",
    "without_images",
]


@dataclass(frozen=True)
class ImageRemoval:
    """A file without some images: `text` is None when nothing is left of it, `removed` has (service, reference)."""

    text: str | None
    removed: tuple[tuple[str, str], ...] = ()


def images(text: str, name: str) -> dict[str, str]:
    """The raw image reference of each service that has one. Raises ComposeProblem."""
    return dict(_images(text, name))


@lru_cache(maxsize=4096)
def _images(text: str, name: str) -> Mapping[str, str]:
    found = {service: image_of(value) for service, value in services(text, name).items()}
    return {service: image for service, image in found.items() if image is not None}


@lru_cache(maxsize=4096)
def service_names(text: str, name: str) -> frozenset[str]:
    """The names of all services. Raises ComposeProblem."""
    return frozenset(services(text, name))


@lru_cache(maxsize=4096)
def override_only_services(text: str, name: str) -> frozenset[str]:
    """The services of an override file that are another file's: they have neither image nor build. Raises
    ComposeProblem."""
    return frozenset(service for service, value in services(text, name).items() if not is_standalone(value))


def with_images(text: str, images: Mapping[str, str]) -> str:
    """The text with other images for these services, each of which has one. Raises ComposeProblem."""
    return _with_images(text, tuple(images.items()))


@lru_cache(maxsize=64)
def _with_images(content: str, wanted: tuple[tuple[str, str], ...]) -> str:
    name = "the Compose file"
    section = services(content, name)
    for service, image in wanted:
        if service not in section or image_of(section[service]) is None:
            raise ComposeError(f"{name} has no image for a service that should get another one; look at it again")
        section[service] = section[service].with_entry("image", string_scalar(image))
    value = load_document(content, name)
    return _edit_file(content, value.with_entry("services", _services_map(value).with_entries(section)), name)


def without_images(text: str, services: Collection[str], name: str) -> ImageRemoval:
    """An override file without the images of these services.

    A service that has nothing else goes, and `services` when none is left; comments above what is removed stay.
    Raises ComposeProblem.
    """
    if "image" not in text or not services:
        return ImageRemoval(text)
    return _without_images(text, frozenset(services), name)


@lru_cache(maxsize=4096)
def _without_images(content: str, patched: frozenset[str], name: str) -> ImageRemoval:
    removed = tuple((service, image) for service, image in _images(content, name).items() if service in patched)
    if not removed:
        return ImageRemoval(content)
    gone = dict(removed)
    value = load_document(content, name)
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
    return ImageRemoval(_edit_file(content, left, name), removed)


def _services_map(value: Map) -> Map:
    section = value.get("services")
    return section if isinstance(section, Map) else Map()


def _edit_file(content: str, wanted: Value, name: str) -> str:
    try:
        return edit_text(content, wanted, drop_comments=False)
    except YamlDocumentError as problem:
        raise ComposeError(f"{name} {problem}; change it by hand") from None
