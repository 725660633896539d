"""The words for images."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.plans.reasons.refusals import MistaggedImage


def describe_mistagged(images: Iterable[MistaggedImage]) -> str:
    """Services with their images, without digests."""
    return ", ".join(f"{one.service} ({without_digest(one.image)})" for one in images)


def without_digest(reference: str) -> str:
    """An image reference as people read it."""
    return reference.partition("@")[0]
