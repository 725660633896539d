"""`python -m demo.parent_watch ARGS` is `mibot ARGS`, but ends when whoever started it is gone, however that went.

It reads its standard input, whose other end only the demo holds.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _terminate_when_stdin_closes() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_terminate_when_stdin_closes, name="leash", daemon=True).start()
    runpy.run_module("bot.cli", run_name="__main__")
