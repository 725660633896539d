"""The demo's one folder for temporary files. It holds private keys, so it never outlives the demo for long."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = "mibot-demo-"
_LOCK = "lock"


@contextmanager
def temporary_workspace() -> Iterator[Path]:
    """A folder that this user alone can read. Every temporary file of this process is in it until the context ends.

    It also removes the folders of demos that were killed.
    """
    _remove_abandoned()
    usual = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with (folder / _LOCK).open("w") as lock:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX)
            tempfile.tempdir = str(folder)
            yield folder
    finally:
        tempfile.tempdir = usual
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    """A demo that runs holds its folder's lock; the system releases it however the demo ends."""
    if sys.platform == "win32":
        return
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{_LOCK}"):
        with suppress(OSError), lock.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
