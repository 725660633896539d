"""Images of the publisher's without the tag that they should have (domain.md, "Layout …": upstream shipped some)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.domain.plans.change_set import Stray
from bot.domain.versions import Version
from bot.formats.compose import edits as compose
from bot.formats.compose.images import Image, looks_publishers


@lru_cache(maxsize=64)
def strays(text: str, version: Version, name: str = "") -> tuple[Stray, ...]:
    """The services of a golden file whose image is the publisher's and does not carry the version as its tag.

    Raises ComposeProblem for a text that is no Compose file.
    """
    name = name or version.golden_path
    if not compose.service_names(text, name):
        raise compose.ComposeProblem(f"{name} is no Compose file: it has no `services`; look at it")
    found = compose.images(text, name).items()
    return tuple(
        Stray(service, image) for service, image in found if looks_publishers(image) and _tag(image) != str(version)
    )


def named(found: Iterable[Stray]) -> str:
    """The strays as people read them: services with their images, without digests."""
    return ", ".join(f"{one.service} ({one.image.partition('@')[0]})" for one in found)


def _tag(reference: str) -> str | None:
    image = Image.parse(reference)
    return image.tag if image else None
