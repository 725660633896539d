"""`mibot serve`: a serving process, and a supervisor that restarts it when it dies."""

from __future__ import annotations

import gc
import multiprocessing.util
import os
import threading
import time
from functools import partial
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from bot import logs
from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock
from bot.settings import Settings

log = structlog.get_logger(__name__)

WEB_THREADS = 4
_WATCH_INTERVAL = 0.2
_GC_THRESHOLD = 50_000
"""The number of new objects that starts a garbage collection (Python's default is 700).

The process makes hundreds of thousands of lasting objects at its start, most of them in Google's libraries, and each
collection would visit all of them.
"""


def serve(settings: Settings, host: str, port: int) -> None:
    """Run web and worker in one process, under a supervisor that restarts it when it dies. Blocks until stopped.

    Raises StoreError if the storage cannot be used.
    """
    database = Database(settings.store.url)
    WorkerLock(database).check()
    database.migrate()
    database.close()  # the serving process opens its own connections
    server = Server(
        "mibot",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=WEB_THREADS,
        log_level=LogLevels.warning,
        log_dictconfig=logs.GRANIAN_LOG_CONFIG,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    log.info("serving", host=host, port=port)
    server.serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)


def _load(settings: Settings, supervisor: int) -> Any:
    """Start the worker in the serving process; returns the web application for the server to call."""
    gc.set_threshold(_GC_THRESHOLD)
    logs.configure()
    _exit_with_parent(supervisor)
    from bot.wiring.application import make_web, make_worker  # many modules, which the supervisor does not need
    from bot.wiring.services import Services

    services = Services(settings)
    worker = make_worker(services)
    worker.start()
    multiprocessing.util.Finalize(None, worker.stop, exitpriority=100)
    return make_web(services)


def _exit_with_parent(supervisor: int) -> None:
    """End at once when the supervisor is gone, because an orphan would run beside the process that replaces it."""

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(_WATCH_INTERVAL)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
