"""Merging two changes of one text without a conflict, so that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.keep_both import count_changes, merge_keeping_both

COMMON = "a\nb\nc\n"
LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "- [ ] e", "- [x] e", "", "f g"]), max_size=8)
TEXTS = LINES.map("\n".join)


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (COMMON, COMMON, COMMON),
        ("A\nb\nc\n", COMMON, "A\nb\nc\n"),
        (COMMON, "A\nb\nc\n", "A\nb\nc\n"),
        # next to each other
        ("A\nb\nc\n", "a\nB\nc\n", "A\nB\nc\n"),
        # added at the same place, with and without a line end
        ("a\nb\nc\nd\n", "a\nb\nc\ne\n", "a\nb\nc\nd\ne\n"),
        ("a\nb\nc\nd", "a\nb\nc\ne", "a\nb\nc\nd\ne"),
        ("a\nb\nc\nd\n", "a\nb\nc\nd\ne\n", "a\nb\nc\nd\ne\n"),
        # the same change twice
        ("a\nB\nc\n", "a\nB\nc\n", "a\nB\nc\n"),
        # one deletes what the other changes
        ("a\nB\nc\n", "a\nc\n", "a\nc\nB\n"),
        ("a\nc\n", "a\nB\nc\n", "a\nB\nc\n"),
    ],
)
def test_both_changes_are_kept(ours: str, theirs: str, merged: str) -> None:
    assert sorted(merge_keeping_both(COMMON, ours, theirs).split()) == sorted(merged.split())


def test_two_changes_of_one_line_are_merged_by_words() -> None:
    common, ticked, remark = "- [ ] Upgrade rctest now", "- [x] Upgrade rctest now", "- [ ] Upgrade rctest now, lee"
    assert merge_keeping_both(common, ticked, remark) == "- [x] Upgrade rctest now, lee"
    assert merge_keeping_both(common, remark, ticked) == "- [x] Upgrade rctest now, lee"


def test_of_a_word_that_both_changed_theirs_stays() -> None:
    assert merge_keeping_both("by dana", "by lee", "by rio") == "by rio"


@given(common=TEXTS, changed=TEXTS)
def test_one_change_alone_is_taken_as_it_is(common: str, changed: str) -> None:
    assert merge_keeping_both(common, changed, common) == changed
    assert merge_keeping_both(common, common, changed) == changed
    assert merge_keeping_both(common, changed, changed) == changed


@given(common=TEXTS, after=st.integers(0, 8), ours=TEXTS)
def test_added_lines_stay_whatever_the_other_side_does(common: str, after: int, ours: str) -> None:
    lines = common.split("\n")
    theirs = "\n".join([*lines[:after], "NEW", *lines[after:]])
    assert "NEW" in merge_keeping_both(common, ours, theirs).split("\n")
    assert "NEW" in merge_keeping_both(common, theirs, ours).split("\n")


@given(text=TEXTS)
def test_changes_are_counted_by_lines(text: str) -> None:
    assert count_changes(text, text) == 0
    assert count_changes(text, f"{text}\nNEW") == 1
