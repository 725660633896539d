"""What mibot says about trackers that it cannot keep."""

from __future__ import annotations

from bot.domain.tracker.layout import TrackerTooLong
from bot.rendering.wording import describe


def test_people_who_write_a_novel_into_the_tracker_are_told_to_shorten_it() -> None:
    assert describe(TrackerTooLong(65_536)) == (
        "the tracker no longer fits GitHub's limit of 65,536 characters; shorten the text that people added."
    )
