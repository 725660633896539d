"""The boxes of a test plan: what mibot ticks, what people tick, and what they clear."""

from __future__ import annotations

import pytest

from bot.domain.plans.ticks import keep_ticks

OLD, NEW = "a" * 40, "b" * 40
BODY = f"""## Test plan

- [x] The diff shows 1 file: `x`. (verified by mibot: it built the branch on {NEW})
- [ ] `terraform plan` shows only what its release notes say.
- [ ] The fix is part of 3.40.1."""


def earlier(diff: str, terraform: str) -> str:
    return (
        BODY.replace(NEW, OLD)
        .replace("- [x] The diff", f"- [{diff}] The diff")
        .replace("- [ ] `terr", f"- [{terraform}] `terr")
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_peoples_ticks_stay_when_the_branch_is_rebuilt(newline: str) -> None:
    kept = keep_ticks(BODY, earlier("x", "X").replace("\n", newline))
    assert "- [x] `terraform plan`" in kept
    assert "- [ ] The fix is part" in kept
    assert f"- [x] The diff shows 1 file: `x`. (verified by mibot: it built the branch on {NEW})" in kept


def test_what_somebody_cleared_stays_cleared() -> None:
    assert "- [ ] The diff shows 1 file" in keep_ticks(BODY, earlier(" ", " "))


def test_a_box_of_an_earlier_mibot_that_nobody_ticked_is_ticked_now() -> None:
    before = "- [ ] The diff shows 1 file: `x`."
    assert keep_ticks(BODY, before) == BODY


def test_a_tick_for_other_words_proves_nothing() -> None:
    assert keep_ticks(BODY, "- [x] The fix is part of 3.40.0.\n* [x] tea") == BODY
    assert keep_ticks(BODY, "") == BODY
