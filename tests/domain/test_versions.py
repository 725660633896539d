"""Versions in people's words, and their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.versions import GOLDEN_PATH, MAX_PART, Version, latest_release, nearest_version, parse_version
from tests.samples import version

NUMBERS = st.integers(0, MAX_PART)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, st.none() | NUMBERS)
RELEASED = [version(text) for text in ("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.42.0", "3.43.2", "4.0.0", "4.1.0")]


@given(VERSIONS)
def test_what_is_written_is_read(one: Version) -> None:
    assert Version.parse(str(one)) == one
    assert Version.parse(f"v{one}") == one
    assert Version.find_in(f"please upgrade to {one}, thanks") == one


@given(st.text())
def test_junk_is_no_version_and_breaks_nothing(text: str) -> None:
    found = Version.parse(text)
    assert found is None or str(found) in text or text.strip()[:1] in "v0"
    Version.find_in(text)


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("3.40.1 upgrade managed instances", "3.40.1"),
        ("Upgrade managed instances to v3.40.1.", "3.40.1"),
        ("[3.40.1] upgrade", "3.40.1"),
        ("3.41.0-rc.2 for rctest", "3.41.0-rc.2"),
        ("3.40.1: from 3.40.0", "3.40.1"),
        ("Ärger mit 3.40.1?", "3.40.1"),
    ],
)
def test_a_title_names_a_version(title: str, named: str) -> None:
    assert str(Version.find_in(title)) == named


@pytest.mark.parametrize(
    "title",
    [
        "",
        "no version",
        "3.40",
        "10.0.0.1",
        "3.40.1-beta",
        "3.40.1-rc",
        "3.40.1.2",
        "a3.40.1",
        "13.40.123456",
        "3.40.65536",
        "03.40.1",
        "3.40.1_x",
    ],
)
def test_a_title_that_names_none(title: str) -> None:
    assert Version.find_in(title) is None


@pytest.mark.parametrize(
    "text", ["3.40", "3.40.1.0", "latest", "3.40.x", "-3.40.1", "3.40.1-rc", "٣.40.1", "3.40.1 3.41.0"]
)
def test_what_is_no_version(text: str) -> None:
    assert Version.parse(text) is None


def test_versions_sort_as_releases_do() -> None:
    order = ["3.9.10", "3.40.0", "3.40.1", "3.41.0-rc.1", "3.41.0-rc.10", "3.41.0", "4.0.0"]
    assert sorted(map(version, reversed(order))) == list(map(version, order))


@given(VERSIONS, VERSIONS)
def test_of_two_versions_one_is_the_later_or_they_are_the_same(one: Version, other: Version) -> None:
    assert [one < other, one == other, one > other].count(True) == 1


SMALL = st.builds(Version, st.integers(3, 5), st.integers(0, 4), st.integers(0, 3), st.none() | st.integers(1, 3))


@pytest.mark.parametrize(
    ("target", "like"),
    [
        ("3.40.7", "3.40.1"),
        ("3.44.0", "3.43.2"),
        ("3.40.1", "3.40.1"),
        ("5.0.0", "4.0.0"),
        ("2.9.0", "3.39.1"),
        ("30.40.1", "4.1.0"),
        ("3.41.0-rc.9", "3.41.0-rc.2"),
    ],
)
def test_the_version_that_somebody_most_likely_means(target: str, like: str) -> None:
    assert nearest_version(version(target), [*RELEASED, version("3.41.0-rc.2")]) == version(like)


@given(SMALL, st.frozensets(SMALL, max_size=8))
def test_the_nearest_is_one_that_there_is_and_the_version_itself_where_it_is_one(
    target: Version, released: frozenset[Version]
) -> None:
    found = nearest_version(target, released)
    assert found in released if released else found is None
    assert target not in released or found == target


def test_the_newest_release_is_no_candidate() -> None:
    assert latest_release([*RELEASED, version("4.2.0-rc.1")]) == version("4.1.0")
    assert latest_release([version("4.2.0-rc.1")]) is None
    assert latest_release([]) is None


def test_what_mibot_wrote_down_itself_is_a_version() -> None:
    assert parse_version("3.41.0-rc.1") == version("3.41.0-rc.1")
    with pytest.raises(ValueError, match="'latest' is no version"):
        parse_version("latest")


@given(VERSIONS)
def test_a_golden_files_name_tells_its_version(one: Version) -> None:
    match = GOLDEN_PATH.fullmatch(one.golden_path)
    assert match is not None
    assert Version.parse(match.group(1)) == one
