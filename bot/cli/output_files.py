"""Making a change in the work tree of a clone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.git_clone import Clone
from bot.cli.common import WRONG_USE, fail
from bot.cli.context import Sight
from bot.domain.fleet.model import FileChange


def written(looked_at: Sight, changes: Iterable[FileChange]) -> None:
    """Make the changes. Raises Refused when the disk refuses; ends the program where there is no clone."""
    if not isinstance(looked_at.source, Clone):
        raise fail("--write makes the change in a clone: name it with --repo.", WRONG_USE)
    looked_at.source.write(changes)
