"""The product's own images, which have the product's version as their tag."""

from __future__ import annotations

import re

from bot.formats.compose import Image

PUBLISHER_NAMESPACE = "sourcegraph"
_FIRST_PARTY = re.compile(rf"(?:^|[/}}]){PUBLISHER_NAMESPACE}/")


def is_first_party(image: Image) -> bool:
    """Whether it is one of the product's own images, from any registry."""
    return image.namespace == PUBLISHER_NAMESPACE


def looks_first_party(reference: str) -> bool:
    """Whether a reference names one of the product's own images, as far as it can be told if it cannot be parsed."""
    image = Image.parse(reference)
    return is_first_party(image) if image else _FIRST_PARTY.search(reference) is not None
