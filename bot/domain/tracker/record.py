"""What mibot remembers of a tracker between deliveries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.versions import Version
from bot.formats.documents import OMIT, stored

LAYOUT = 1
"""The number of the layout that mibot writes. A tracker with a lower one is written anew once."""


class TrackerState(StrEnum):
    """What people did with the issue. A tracker that is not open starts nothing."""

    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"
    """Deleted, transferred to another repository, or converted to a discussion."""


@stored(
    "tracker",
    version="version",
    issue="issue",
    url="url",
    asked_by="requested_by",
    adopted="adopted",
    parts="comments",
    announced="linked_from",
    dirty=OMIT,
    clean=OMIT,
    edited_at="edited_at",
    own_ticks_only="own_ticks_only",
    layout="layout",
    state="state",
    told="told",
    revisions="revisions",
    unchecked="unchecked_parts",
)
@dataclass(frozen=True)
class TrackerRecord:
    """The tracker of a version. `parts` are the comments that continue it, `announced` the issues that link it.

    `dirty` counts the changes since it was opened, `clean` how many of them the tracker shows. `edited_at` (UTC) is
    when mibot last edited it, `layout` the number of the layout that it then had. `own_ticks_only`: its author, who
    can edit it for ever, is no operator, so that only mibot's own ticks stay. `state` is what people did with it as
    mibot noted it last, `told` whether mibot has said what that means. `revisions` has, for each part (the body is
    0), the latest revision whose edits the text holds, empty if unknown; `unchecked` the parts that may lack people's
    edits. Everything in it can be found again on GitHub; the record saves the search.
    """

    version: Version
    issue: int
    url: str
    asked_by: str
    adopted: bool = False
    parts: tuple[int, ...] = ()
    announced: tuple[int, ...] = ()
    dirty: int = 1
    clean: int = 0
    edited_at: datetime | None = None
    own_ticks_only: bool = False
    layout: int = 0
    state: TrackerState = TrackerState.OPEN
    told: bool = False
    revisions: tuple[str, ...] = ()
    unchecked: tuple[int, ...] = ()

    @property
    def outdated(self) -> bool:
        """Whether the tracker shows less than it should, or in a layout of an earlier mibot."""
        return self.state is not TrackerState.GONE and (self.clean < self.dirty or self.layout < LAYOUT)

    def revision(self, part: int) -> str:
        """The latest revision whose edits a part holds, empty if unknown."""
        return self.revisions[part] if part < len(self.revisions) else ""

    def with_unchecked(self, part: int) -> TrackerRecord:
        """With a part that may lack people's edits."""
        return replace(self, unchecked=tuple(sorted({*self.unchecked, part})))

    def with_revision(self, part: int, revision: str) -> TrackerRecord:
        """With a part that holds all edits up to that revision."""
        revisions = [self.revision(one) for one in range(max(len(self.revisions), part + 1))]
        revisions[part] = revision
        return replace(
            self, revisions=tuple(revisions), unchecked=tuple(one for one in self.unchecked if one != part)
        )
