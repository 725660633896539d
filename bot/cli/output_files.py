"""Writes a change into the work tree of a clone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.git_clone import LocalClone
from bot.cli.common import USAGE_ERROR, error_exit
from bot.cli.context import CliContext
from bot.domain.git_tree import FileChange


def write_changes(context: CliContext, changes: Iterable[FileChange]) -> None:
    """Write the changes. Raises PermanentError if the disk refuses. Ends the program if there is no clone."""
    if not isinstance(context.source, LocalClone):
        raise error_exit("--write makes the change in a clone: name it with --repo.", USAGE_ERROR)
    context.source.write(changes)
