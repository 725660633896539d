"""The fork server: `python -m tests.fork_server SOCKET MODULE …` imports the modules, then forks on request.

It has one thread, because a fork copies only the thread that forks. Requests and answers are lines of JSON on the
socket; a request brings the new process's standard streams as file descriptors.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from typing import Any


def serve(connection: socket.socket) -> dict[str, Any] | None:
    """Fork on every request, and tell of every child that ends. Returns in each child its request, and None in the
    parent when the other side has closed the connection."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([connection.fileno(), readable], [], [])
        if readable in ready:
            os.read(readable, 4096)
            report_ended(connection, children)
        if connection.fileno() in ready:
            message, streams = receive(connection)
            if not message:
                kill(children)
                return None
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for descriptor in (readable, writable):
                    os.close(descriptor)
                return {**json.loads(message), "streams": streams}
            children.add(pid)
            send(connection, {"started": pid})
            for stream in streams:
                os.close(stream)


def receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """The next request, empty at the end, and its file descriptors."""
    message, streams, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    while message and not message.endswith(b"\n"):
        message += connection.recv(1 << 16)
    return message, streams


def report_ended(connection: socket.socket, children: set[int]) -> None:
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            send(connection, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def send(connection: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def kill(children: set[int]) -> None:
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def become(request: dict[str, Any]) -> None:
    """Run the requested program in this process, which a fork has just made."""
    os.setsid()
    for number, stream in enumerate(request["streams"]):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv[1:] = request["arguments"]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def main(descriptor: int, modules: list[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()  # the children share these objects' memory
    with socket.socket(fileno=descriptor) as connection:
        request = serve(connection)
    if request is not None:
        become(request)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
