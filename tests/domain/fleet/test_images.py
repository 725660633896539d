"""Whose images they are."""

from __future__ import annotations

import pytest

from bot.domain.fleet.images import is_first_party, looks_first_party
from bot.formats.compose import Image


@pytest.mark.parametrize(
    ("reference", "publishers"),
    [
        ("sourcegraph/frontend:1", True),
        ("index.docker.io/sourcegraph/frontend:1", True),
        ("docker.io:443/sourcegraph/deep/er:1", True),
        ("sourcegraph:1", False),
        ("caddy:2", False),
        ("library/sourcegraph:1", False),
        ("gcr.io/sourcegraph-dev/frontend:1", False),
        ("sourcegraph.com/frontend:1", False),
    ],
)
def test_whose_image_it_is(reference: str, publishers: bool) -> None:
    image = Image.parse(reference)
    assert image is not None
    assert is_first_party(image) is publishers
    assert looks_first_party(reference) is publishers


@pytest.mark.parametrize(
    ("reference", "publishers"),
    [
        ("sourcegraph/frontend:${V}", True),
        ("${REGISTRY}/sourcegraph/frontend:1", True),
        ("${REGISTRY:-docker.io}/sourcegraph/frontend", True),
        ("${PREFIX}sourcegraph/frontend:1", True),
        ("index.docker.io/sourcegraph/frontend:$V", True),
        ("caddy:${V}", False),
        ("${IMAGE}", False),
        ("gcr.io/sourcegraph-dev/x:${V}", False),
        ("", False),
    ],
)
def test_whose_image_it_looks_like_when_it_cant_be_parsed(reference: str, publishers: bool) -> None:
    assert looks_first_party(reference) is publishers
