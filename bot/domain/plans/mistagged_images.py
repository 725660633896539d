"""Images of the publisher's without the tag that they should have (domain.md, "Layout …": upstream shipped some)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.domain.plans.refusals import MistaggedImage
from bot.domain.versions import Version
from bot.formats.compose import edits as compose
from bot.formats.compose.images import Image, looks_first_party


@lru_cache(maxsize=64)
def mistagged_images(text: str, version: Version, name: str = "") -> tuple[MistaggedImage, ...]:
    """The services of a golden file whose image is the publisher's and does not carry the version as its tag.

    Raises ComposeProblem for a text that is no Compose file.
    """
    name = name or version.golden_path
    if not compose.service_names(text, name):
        raise compose.ComposeError(f"{name} is no Compose file: it has no `services`; look at it")
    found = compose.images(text, name).items()
    return tuple(
        MistaggedImage(service, image)
        for service, image in found
        if looks_first_party(image) and _tag(image) != str(version)
    )


def format_mistagged(found: Iterable[MistaggedImage]) -> str:
    """The strays as people read them: services with their images, without digests."""
    return ", ".join(f"{one.service} ({one.image.partition('@')[0]})" for one in found)


def _tag(reference: str) -> str | None:
    image = Image.parse(reference)
    return image.tag if image else None
