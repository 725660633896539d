"""The product's images without the tag that they should have (domain.md, "Layout …": upstream shipped some)."""

from __future__ import annotations

from functools import lru_cache

from bot.domain.fleet.images import looks_first_party
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.versions import Version
from bot.formats import compose


@lru_cache(maxsize=64)
def mistagged_images(text: str, version: Version, name: str = "") -> tuple[MistaggedImage, ...]:
    """The services of a golden file whose image is the product's own and does not have the version as its tag.

    Raises ComposeError for a text that is not a Compose file with services.
    """
    name = name or version.golden_path
    if not compose.service_names(text, name):
        raise compose.ComposeError(compose.ComposeProblem.NO_SERVICES, name)
    found = compose.images(text, name).items()
    return tuple(
        MistaggedImage(service, image)
        for service, image in found
        if looks_first_party(image) and _tag(image) != str(version)
    )


def _tag(reference: str) -> str | None:
    image = compose.Image.parse(reference)
    return image.tag if image else None
