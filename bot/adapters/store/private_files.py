"""Files with data that nobody but their owner may read: the SQLite database and what stands beside it."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

PRIVATE = 0o600
_BESIDE = ("-wal", "-shm", "-journal", ".lock")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_database_private(file: Path) -> None:
    """Create the database file with rights for its owner only, or take the rights of others away.

    SQLite gives the files that it makes beside the database the rights of the database, whatever the umask. Files of
    an earlier version get them here. Raises nothing: what is wrong with the file, SQLite says at once.
    """
    with contextlib.suppress(OSError):
        file = file.resolve()  # SQLite puts the others beside the file that a link leads to
        if file.exists():
            _restrict(file)  # without opening it: to close it would drop the locks of this process's connections
        else:
            os.close(open_private(file))
    for beside in _BESIDE:
        with contextlib.suppress(OSError):
            _restrict(file.with_name(file.name + beside))


def open_private(file: Path) -> int:
    """A descriptor of a file to write, which is created when there is none. Others lose their rights, if it has any.

    Raises OSError if the file cannot be opened.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), PRIVATE)
    with contextlib.suppress(OSError):  # the file of another user, who let us write
        if os.fstat(descriptor).st_mode & _OTHERS:
            file.chmod(PRIVATE)
    return descriptor


def _restrict(file: Path) -> None:
    if file.stat().st_mode & _OTHERS:
        file.chmod(PRIVATE)
