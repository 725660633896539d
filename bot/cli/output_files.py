"""Making a change in the work tree of a clone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.git_clone import LocalClone
from bot.cli.common import USAGE_ERROR, error_exit
from bot.cli.context import CliContext
from bot.domain.git_tree import FileChange


def write_changes(looked_at: CliContext, changes: Iterable[FileChange]) -> None:
    """Make the changes. Raises Refused when the disk refuses; ends the program where there is no clone."""
    if not isinstance(looked_at.source, LocalClone):
        raise error_exit("--write makes the change in a clone: name it with --repo.", USAGE_ERROR)
    looked_at.source.write(changes)
