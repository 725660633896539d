"""References of images: what they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.compose import Image

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


def test_another_tag_drops_the_digest_of_the_old_one() -> None:
    image = Image.parse(f"index.docker.io/sourcegraph/worker:3.40.0@{DIGEST}")
    assert image is not None
    assert str(image.with_tag("3.40.1")) == "index.docker.io/sourcegraph/worker:3.40.1"


@given(st.text(alphabet="ab1.:/@-_$A{}", max_size=30))
def test_what_can_be_parsed_is_written_as_it_was(reference: str) -> None:
    image = Image.parse(reference)
    assert image is None or str(image) == reference
