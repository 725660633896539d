"""Merging two changes of one text: both are kept where they do not meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.three_way import merge_three_way

COMMON = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (COMMON, COMMON, COMMON),
        ("A\nb\nc\nd\ne\n", COMMON, "A\nb\nc\nd\ne\n"),
        (COMMON, "a\nb\nc\nd\nE\n", "a\nb\nc\nd\nE\n"),
        ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"),
        ("a\nc\nd\ne\n", "a\nb\nc\nd\nx\ne\n", "a\nc\nd\nx\ne\n"),
        ("x\na\nb\nc\nd\ne\n", "a\nb\nc\nd\ne\ny\n", "x\na\nb\nc\nd\ne\ny\n"),
        ("a\nB\nc\nd\ne\n", "a\nb\nc\nD\ne\n", "a\nB\nc\nD\ne\n"),
        # the same change on both sides counts once
        ("a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nB\nc\nd\nE\n", "a\nB\nc\nd\nE\n"),
        # a line end that one side takes away is a change of its line
        ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\ne", "A\nb\nc\nd\ne"),
    ],
)
def test_changes_that_do_not_meet_are_both_kept(ours: str, theirs: str, merged: str) -> None:
    assert merge_three_way(COMMON, ours, theirs) == merged
    assert merge_three_way(COMMON, theirs, ours) == merged


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a\nB\nc\nd\ne\n", "a\nX\nc\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nb\nC\nd\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nc\nd\ne\n"),
        ("a\nb\nx\nc\nd\ne\n", "a\nb\ny\nc\nd\ne\n"),
        ("a\nb\nc\nd\ne\nx\n", "a\nb\nc\nd\ne\ny\n"),
        ("", "A\nb\nc\nd\ne\n"),
    ],
)
def test_changes_of_the_same_or_adjoining_lines_are_nobodys_to_merge(ours: str, theirs: str) -> None:
    assert merge_three_way(COMMON, ours, theirs) is None
    assert merge_three_way(COMMON, theirs, ours) is None


def test_line_ends_stay_as_they_are() -> None:
    common = "a\r\nb\r\nc\nd\x0ce\n"
    assert merge_three_way(common, f"x\n{common}", f"{common}y\r\n") == f"x\n{common}y\r\n"


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d"]), max_size=8).map("".join)


@given(TEXTS, TEXTS)
def test_what_only_one_side_changed_is_taken_as_it_is(common: str, changed: str) -> None:
    assert merge_three_way(common, changed, common) == changed
    assert merge_three_way(common, common, changed) == changed
    assert merge_three_way(common, changed, changed) == changed


@given(TEXTS, TEXTS, TEXTS)
def test_the_sides_can_be_swapped(common: str, ours: str, theirs: str) -> None:
    assert merge_three_way(common, ours, theirs) == merge_three_way(common, theirs, ours)


@given(TEXTS, TEXTS, TEXTS)
def test_changes_in_two_halves_of_a_text_are_merged_as_halves(first: str, second: str, changed: str) -> None:
    between = "one line\nthat stays\n"
    merged = merge_three_way(f"{first}{between}x\n", f"{changed}{between}x\n", f"{first}{between}{second}")
    assert merged == f"{changed}{between}{second}"
