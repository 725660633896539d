"""`python -m demo.story.parent_watch ARGS` runs `mibot ARGS` and terminates when its parent process is gone.

Its standard input is a pipe whose other end only the demo holds, so that it closes even when the demo is killed.
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
    threading.Thread(target=_terminate_when_stdin_closes, name="parent-watch", daemon=True).start()
    runpy.run_module("bot.cli", run_name="__main__")
