"""Versions in people's words, their order, and which step from one to the next is legal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.versions import Version, judge_step
from tests.samples import version

NUMBERS = st.integers(0, 9999)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, st.none() | NUMBERS)
RELEASED = [version(text) for text in ("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.42.0", "3.43.2", "4.0.0", "4.1.0")]


@given(VERSIONS)
def test_what_is_written_is_read(one: Version) -> None:
    assert Version.parse(str(one)) == one
    assert Version.parse(f"v{one}") == one
    assert Version.named_in(f"please upgrade to {one}, thanks") == one


@given(st.text())
def test_junk_is_no_version_and_breaks_nothing(text: str) -> None:
    found = Version.parse(text)
    assert found is None or str(found) in text or text.strip()[:1] in "v0"
    Version.named_in(text)


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
    assert str(Version.named_in(title)) == named


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
        "13.40.12345",
        "3.40.1_x",
    ],
)
def test_a_title_that_names_none(title: str) -> None:
    assert Version.named_in(title) is None


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


@pytest.mark.parametrize(
    ("current", "target"),
    [
        ("3.40.0", "3.40.1"),
        ("3.40.0", "3.40.7"),
        ("3.39.1", "3.40.1"),
        ("3.40.1", "3.41.0-rc.1"),
        ("3.41.0-rc.1", "3.41.0"),
        ("3.43.2", "4.0.0"),
        ("3.43.0", "4.0.1"),
    ],
)
def test_a_legal_step(current: str, target: str) -> None:
    verdict = judge_step(version(current), version(target), RELEASED)
    assert verdict, verdict.reason
    assert target in verdict.reason


@pytest.mark.parametrize(
    ("current", "target", "reason"),
    [
        ("3.40.1", "3.40.1", "already runs 3.40.1"),
        ("3.40.1", "3.40.0", "downgrade"),
        ("3.41.0", "3.41.0-rc.1", "downgrade"),
        ("3.40.0", "3.42.0", "jump: versions go one minor at a time. Next step: 3.41.0."),
        ("3.39.1", "3.41.0", "Next step: 3.40.1."),
        ("3.42.0", "4.0.0", "Next step: 3.43.2."),
        ("3.43.2", "4.1.0", "Next step: 4.0.0."),
        ("3.43.2", "5.0.0", "Next step: 4.0.0."),
        ("3.43.2", "3.45.0", "Next step: 3.44.x."),
    ],
)
def test_an_illegal_step_is_refused_with_the_next_legal_one(current: str, target: str, reason: str) -> None:
    verdict = judge_step(version(current), version(target), RELEASED)
    assert not verdict
    assert reason in verdict.reason


@given(VERSIONS, VERSIONS, st.lists(VERSIONS, max_size=5))
def test_no_step_goes_down_or_leaves_a_minor_out(current: Version, target: Version, released: list[Version]) -> None:
    if judge_step(current, target, released):
        assert target > current
        minor, major = target.minor - current.minor, target.major - current.major
        assert (major == 0 and minor <= 1) or (major == 1 and target.minor == 0)
