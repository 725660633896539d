"""What happens to trackers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.effects import Effect
from bot.formats.documents import stored


class TrackerEffect(Effect):
    """An effect on one tracker. Effects on the same tracker run one at a time."""

    version: str

    @property
    def key(self) -> str:
        return f"tracker {self.version}"


@stored("tracker.ensure", version="version", issue="issue", by="requested_by", asked="by_command")
@dataclass(frozen=True)
class EnsureTracker(TrackerEffect):
    """Make sure that a version has its one tracker, and that the issue that requested it links it.

    `issue` is 0 if no issue requested it. `asked` says whether an operator requested it by a command on that issue:
    then the issue is what they say, whatever its title and whoever wrote it.
    """

    version: str
    issue: int
    by: str
    asked: bool = False


@stored("tracker.ask_about_release", version="version", issue="issue")
@dataclass(frozen=True)
class AskAboutRelease(TrackerEffect):
    """Ask once, on an issue that names a version, whether it is that version's release issue."""

    version: str
    issue: int


@stored("tracker.watch", version="version")
@dataclass(frozen=True)
class WatchTracker(TrackerEffect):
    """Note whether people closed a version's tracker, opened it again, or took it away, and say once what that
    means."""

    version: str


@stored("tracker.note_edit", version="version", comment="comment")
@dataclass(frozen=True)
class NoteTrackerEdit(TrackerEffect):
    """Look whether a person's edit of a tracker overwrote others' edits, or mibot's. `comment` is the one that they
    edited, 0 for the tracker's own body."""

    version: str
    comment: int = 0

    @property
    def tried_until_done(self) -> bool:
        return True  # no sweep finds it again


@stored("tracker.refresh", version="version", delay_seconds="delay_seconds")
@dataclass(frozen=True)
class RefreshTracker(TrackerEffect):
    """Update a version's tracker from the fleet and the upgrades."""

    version: str
    delay_seconds: float = 0.0
