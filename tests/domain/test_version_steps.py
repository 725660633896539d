"""Which step from one version to the next is legal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reasons import Reason
from bot.domain.version_steps import Downgrade, NextMajor, OneStep, SameVersion, VersionJump, evaluate_step
from bot.domain.versions import Version
from tests.samples import version

NUMBERS = st.integers(0, 9999)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS, st.none() | NUMBERS)
RELEASED = [version(text) for text in ("3.39.1", "3.40.0", "3.40.1", "3.41.0", "3.42.0", "3.43.2", "4.0.0", "4.1.0")]


def jump(current: str, target: str, series: str, next_version: str = "") -> VersionJump:
    return VersionJump(version(current), version(target), series, version(next_version) if next_version else None)


@pytest.mark.parametrize(
    ("current", "target", "reason"),
    [
        ("3.40.0", "3.40.1", OneStep),
        ("3.40.0", "3.40.7", OneStep),
        ("3.39.1", "3.40.1", OneStep),
        ("3.40.1", "3.41.0-rc.1", OneStep),
        ("3.41.0-rc.1", "3.41.0", OneStep),
        ("3.43.2", "4.0.0", NextMajor),
        ("3.43.0", "4.0.1", NextMajor),
    ],
)
def test_a_legal_step(current: str, target: str, reason: type[OneStep | NextMajor]) -> None:
    decision = evaluate_step(version(current), version(target), RELEASED)
    assert decision, decision.reason
    assert decision.reason == reason(version(current), version(target))


@pytest.mark.parametrize(
    ("current", "target", "reason"),
    [
        ("3.40.1", "3.40.1", SameVersion(version("3.40.1"))),
        ("3.40.1", "3.40.0", Downgrade(version("3.40.1"), version("3.40.0"))),
        ("3.41.0", "3.41.0-rc.1", Downgrade(version("3.41.0"), version("3.41.0-rc.1"))),
        ("3.40.0", "3.42.0", jump("3.40.0", "3.42.0", "3.41", "3.41.0")),
        ("3.39.1", "3.41.0", jump("3.39.1", "3.41.0", "3.40", "3.40.1")),
        ("3.42.0", "4.0.0", jump("3.42.0", "4.0.0", "3.43", "3.43.2")),
        ("3.43.2", "4.1.0", jump("3.43.2", "4.1.0", "4.0", "4.0.0")),
        ("3.43.2", "5.0.0", jump("3.43.2", "5.0.0", "4.0", "4.0.0")),
        ("3.43.2", "3.45.0", jump("3.43.2", "3.45.0", "3.44")),
    ],
)
def test_an_illegal_step_is_refused_with_the_next_legal_one(current: str, target: str, reason: Reason) -> None:
    decision = evaluate_step(version(current), version(target), RELEASED)
    assert not decision
    assert decision.reason == reason


@given(VERSIONS, VERSIONS, st.lists(VERSIONS, max_size=5))
def test_no_step_goes_down_or_leaves_a_minor_out(current: Version, target: Version, released: list[Version]) -> None:
    if evaluate_step(current, target, released):
        assert target > current
        minor, major = target.minor - current.minor, target.major - current.major
        assert (major == 0 and minor <= 1) or (major == 1 and target.minor == 0)


SMALL = st.builds(Version, st.integers(3, 5), st.integers(0, 4), st.integers(0, 3), st.none() | st.integers(1, 3))


@given(SMALL, SMALL, st.frozensets(SMALL, max_size=12))
def test_no_major_is_left_before_the_last_minor_that_is_known(
    current: Version, target: Version, released: frozenset[Version]
) -> None:
    decision = evaluate_step(current, target, released)
    if decision and target.major > current.major:
        assert not [
            v for v in released if v.major == current.major and v.minor > current.minor and not v.is_candidate
        ]


@given(SMALL, SMALL, st.frozensets(SMALL, max_size=12))
def test_a_jump_is_answered_with_a_step_that_is_legal(
    current: Version, target: Version, released: frozenset[Version]
) -> None:
    decision = evaluate_step(current, target, released)
    if not decision and target > current:
        assert isinstance(decision.reason, VersionJump)
        step = decision.reason.next_version or version(f"{decision.reason.next_series}.0")
        assert evaluate_step(current, step, released), decision.reason
        assert decision.reason.next_version is None or step in released


def test_which_minor_ends_a_major_is_learnt_from_releases_not_from_candidates() -> None:
    end = [version("3.43.2"), version("3.44.0-rc.1")]
    assert evaluate_step(version("3.43.2"), version("4.0.0"), end)
    assert not evaluate_step(version("3.43.2"), version("4.0.0"), [*end, version("3.44.0")])
