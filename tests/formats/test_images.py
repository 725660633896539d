"""References of images: what they name, and whose images they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.compose.images import Image, looks_first_party

DIGEST = "sha256:" + "ab12" * 16


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        (
            f"index.docker.io/sourcegraph/frontend:3.40.1@{DIGEST}",
            Image("index.docker.io", "sourcegraph/frontend", "3.40.1", DIGEST),
        ),
        ("sourcegraph/x:1", Image("", "sourcegraph/x", "1")),
        ("localhost:5000/a/b", Image("localhost:5000", "a/b")),
        ("localhost/a", Image("localhost", "a")),
        ("registry:5000/a", Image("registry:5000", "a")),
        ("caddy:2.4.6-alpine", Image("", "caddy", "2.4.6-alpine")),
        ("caddy", Image("", "caddy")),
        (f"caddy@{DIGEST}", Image("", "caddy", "", DIGEST)),
        ("us.gcr.io/sourcegraph-dev/server:9_8-7.x", Image("us.gcr.io", "sourcegraph-dev/server", "9_8-7.x")),
        ("a/b/c/d_e__f-g.h:latest", Image("", "a/b/c/d_e__f-g.h", "latest")),
    ],
)
def test_a_reference_is_taken_apart_and_put_together(reference: str, image: Image) -> None:
    assert Image.parse(reference) == image
    assert str(image) == reference


@pytest.mark.parametrize(
    "reference",
    ["", " ", "a b", "sourcegraph/frontend:${V}", "$IMAGE", "Caddy", "a//b", "/a", "a/", "a:", "a@", "a:b:c",
     "a@sha256:12", "-a", "a:-b", "a\n", "https://a/b", "x" * 2_000],
)  # fmt: skip
def test_anything_else_is_no_image(reference: str) -> None:
    assert Image.parse(reference) is None


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
    assert image.is_first_party is publishers
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


def test_another_tag_drops_the_digest_of_the_old_one() -> None:
    image = Image.parse(f"index.docker.io/sourcegraph/worker:3.40.0@{DIGEST}")
    assert image is not None
    assert str(image.with_tag("3.40.1")) == "index.docker.io/sourcegraph/worker:3.40.1"


@given(st.text(alphabet="ab1.:/@-_$A{}", max_size=30))
def test_what_can_be_parsed_is_written_as_it_was(reference: str) -> None:
    image = Image.parse(reference)
    assert image is None or str(image) == reference
