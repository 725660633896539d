"""`mibot serve`: a serving process, and a supervisor that restarts it when it dies."""

from __future__ import annotations

import errno
import gc
import multiprocessing.util
import os
import re
import socket
import threading
import time
from functools import partial
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from bot import logs
from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.failures.listening import CannotListen, ListenProblem
from bot.settings import Settings

_LISTEN_PROBLEMS = {
    errno.EADDRINUSE: ListenProblem.TAKEN,
    errno.EACCES: ListenProblem.FORBIDDEN,
    errno.EADDRNOTAVAIL: ListenProblem.NOT_OURS,
}

log = structlog.get_logger(__name__)

WEB_THREADS = 4
_HEADER_TIMEOUT_MS = 5_000
_WATCH_INTERVAL = 0.2
_PORT_TIMEOUT = 1.0
"""Seconds in which a port must become free: longer than an orphan of a killed supervisor lives."""
_GC_THRESHOLD = 50_000
"""The number of new objects that starts a garbage collection (Python's default is 700).

The process makes hundreds of thousands of lasting objects at its start, most of them in Google's libraries, and each
collection would visit all of them.
"""


class ListenError(Exception):
    """The address to listen on cannot be used; `reason` is a typed `CannotListen`."""

    def __init__(self, reason: CannotListen) -> None:
        super().__init__(reason.problem.value)
        self.reason = reason


def serve(settings: Settings, host: str, port: int) -> None:
    """Run web and worker in one process, under a supervisor that restarts it when it dies. Blocks until stopped.

    Raises StoreError if the storage cannot be used, and ListenError if the address cannot.
    """
    address = _resolve(host, port)
    database = Database(settings.store.url)
    WorkerLock(database).check()
    database.migrate()
    database.close()  # the serving process opens its own connections
    check_free(address, host, port)
    server = Server(
        "mibot",
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT_MS),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.GRANIAN_LOG_CONFIG,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    bound = threading.Event()

    @server.on_startup
    def report() -> None:
        bound.set()
        log.info("serving", host=host, port=port)

    try:
        server.serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)
    except RuntimeError as error:
        if bound.is_set():
            raise
        raise ListenError(CannotListen(host, port, _problem(error))) from None


def _resolve(host: str, port: int) -> str:
    """The IP address of `host`, because the server takes no names."""
    try:
        return str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise ListenError(CannotListen(host, port, ListenProblem.UNKNOWN_HOST)) from None


def check_free(address: str, host: str, port: int) -> None:
    """Raises ListenError if others listen there. The server would share the port with another mibot (SO_REUSEPORT),
    and each would get some of the deliveries. What a killed mibot left behind has a moment to end."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline = time.monotonic() + _PORT_TIMEOUT
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended do no harm
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    problem = _LISTEN_PROBLEMS.get(error.errno or 0, ListenProblem.OTHER)
                    raise ListenError(CannotListen(host, port, problem)) from None
            else:
                return
        time.sleep(_WATCH_INTERVAL)


def _problem(error: RuntimeError) -> ListenProblem:
    """What keeps the server from binding. It tells the operating system's number inside a text with a backtrace."""
    found = re.search(r"os error (\d+)", str(error))
    return _LISTEN_PROBLEMS.get(int(found[1]) if found else 0, ListenProblem.OTHER)


def _load(settings: Settings, supervisor: int) -> Any:
    """Start the worker in the serving process; returns the web application for the server to call."""
    gc.set_threshold(_GC_THRESHOLD)
    logs.configure()
    _exit_with_parent(supervisor)
    from bot.web.buffering import BufferedApp
    from bot.wiring.application import make_web, make_worker  # many modules, which the supervisor does not need
    from bot.wiring.services import Services

    services = Services(settings)
    worker = make_worker(services)
    worker.start()
    multiprocessing.util.Finalize(None, worker.stop, exitpriority=100)
    return BufferedApp(make_web(services), threads=WEB_THREADS)


def _exit_with_parent(supervisor: int) -> None:
    """End at once when the supervisor is gone, because an orphan would run beside the process that replaces it."""

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(_WATCH_INTERVAL)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
