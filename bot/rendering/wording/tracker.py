"""The words for what mibot cannot do with a tracker."""

from __future__ import annotations

from bot.domain.tracker.layout import TrackerTooLong
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: TrackerTooLong) -> str:
    limit = f"{reason.max_characters:,} characters"
    return f"the tracker no longer fits GitHub's limit of {limit}; shorten the text that people added."
