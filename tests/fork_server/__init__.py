"""Starts Python programs as forks of a process that has imported mibot already.

Importing mibot takes longer than most tests run. Each test process has one fork server, which imports mibot once; a
program that it starts is a process of its own like any other, with its own session, environment and standard streams.
Tests about starting a program start it with `subprocess`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PRELOADED = ("bot.cli", "bot.server", "bot.wiring.application", "bot.wiring.services", "bot.adapters.engine")
START_TIMEOUT = 60.0


class ForkedProcess:
    """A program that the fork server started; the part of `subprocess.Popen` that tests use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, negative for a signal; raises subprocess.TimeoutExpired as Popen does."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def set_ended(self, status: int) -> None:
        """Only for the fork server."""
        self.returncode = status
        self._ended.set()


class ForkServer:
    """The process that forks, and what this process knows of its children. Thread-safe."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.fork_server", str(theirs.fileno()), *PRELOADED]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self._socket = ours
        self._children: dict[int, ForkedProcess] = {}
        self._started: queue.SimpleQueue[ForkedProcess] = queue.SimpleQueue()
        self._lock = threading.Lock()
        threading.Thread(target=self._read, name="fork-server", daemon=True).start()

    def start(
        self, module: str, *arguments: str, env: Mapping[str, str], streams: tuple[int, int, int]
    ) -> ForkedProcess:
        """Run `python -m module arguments` in a session of its own; `streams` are its stdin, stdout and stderr."""
        request = {"module": module, "arguments": arguments, "env": dict(env), "cwd": str(Path.cwd())}
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], streams)
            return self._started.get(timeout=START_TIMEOUT)

    def close(self) -> None:
        """End it; it kills what it started."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()

    def _read(self) -> None:
        with self._socket.makefile() as lines:
            for line in lines:
                message = json.loads(line)
                if "started" in message:
                    child = self._children[message["started"]] = ForkedProcess(message["started"])
                    self._started.put(child)
                else:
                    self._children.pop(message["ended"]).set_ended(message["status"])


def start_process(
    module: str, *arguments: str, env: Mapping[str, str], streams: tuple[int, int, int]
) -> subprocess.Popen[bytes]:
    """The same as `ForkServer.start`, by a Python that has imported nothing yet."""
    stdin, stdout, stderr = streams
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, env=env, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True)


@cache
def fork_server() -> ForkServer:
    """This process's fork server; it starts when it is first needed."""
    server = ForkServer()
    atexit.register(server.close)
    return server
