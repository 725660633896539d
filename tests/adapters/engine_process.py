"""A process that runs the durable engine, for tests that kill it.

Run it as `python -m tests.adapters.engine_process URL JOURNAL`.

A job's payload says what to do: be slow, submit others, ask to be tried again, fail, die. What happened is appended
to the journal, one JSON object a line. Commands come as lines of JSON on stdin; each is answered by one on stdout.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from dbos import DBOS, _workflow_commands

from bot import logs
from bot.adapters.engine import DurableEngine, recovery, workflow
from bot.adapters.engine.takeover import TakeoverTiming
from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.flow.jobs import Done, Job, Outcome, RetryLater, StoredReason

OPTIONS: dict[str, Any] = json.loads(os.environ.get("ENGINE_TEST", "{}"))


class Journal:
    """What happened, for the test to read, also after this process was killed."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, what: str, **more: Any) -> None:
        line = {"what": what, "at": time.time(), "pid": os.getpid(), **more}
        os.write(self._file, json.dumps(line).encode() + b"\n")


class ScriptedHandler:
    """The handler of the engine's jobs."""

    def __init__(self, journal: Journal, prove: Callable[[], None]) -> None:
        self._journal = journal
        self._prove = prove
        self._tries: dict[str, int] = {}

    def handle(self, payload: Mapping[str, Any]) -> Outcome:
        name = payload["name"]
        bound = structlog.contextvars.get_contextvars()
        self._journal.note("begin", name=name, **bound)
        time.sleep(0 if OPTIONS.get("hurry") else payload.get("seconds", 0))
        if payload.get("die") and OPTIONS.get("die", True):
            os.kill(os.getpid(), signal.SIGKILL)
        if payload.get("fail"):
            raise ZeroDivisionError(f"{name} divides by zero")
        if payload.get("write"):
            self._prove()
            self._journal.note("wrote", name=name)
        self._tries[name] = self._tries.get(name, 0) + 1
        if self._tries[name] <= payload.get("later", 0):
            return RetryLater(f"{name} asks for patience", payload.get("pause"), payload.get("until_done", False))
        self._journal.note("end", name=name)
        return Done([_job(job) for job in payload.get("follow", [])])

    def on_failed(self, payload: Mapping[str, Any], reason: StoredReason) -> None:
        self._journal.note("gave up", name=payload["name"], reason=reason)
        if payload.get("unnoted"):
            raise ZeroDivisionError


def _job(payload: Mapping[str, Any]) -> Job:
    return Job(payload, payload.get("key", payload["name"]), payload.get("delay", 0.0))


def die_at_submission(number: int) -> None:
    """End this process, as by a loss of power, just before it submits its `number`th follow-up."""
    submit: Callable[..., Any] = DBOS.enqueue_workflow_with_options
    left = threading.Semaphore(number - 1)

    def counted(*arguments: Any, **named: Any) -> Any:
        if not left.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGKILL)
        return submit(*arguments, **named)

    DBOS.enqueue_workflow_with_options = counted  # type: ignore[method-assign]


def main(url: str, journal: Journal) -> None:
    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.getaddrinfo"}:
            journal.note("dials", address=repr(arguments[-1] if event == "socket.connect" else arguments[:2]))

    sys.addaudithook(watch)
    logs.configure()
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = 0.05  # how soon DBOS sees that a wait is over
    workflow.INITIAL_PAUSE = OPTIONS.get("first_pause", workflow.INITIAL_PAUSE)
    if "die_at_submission" in OPTIONS:
        die_at_submission(OPTIONS["die_at_submission"])
    database = Database(url)
    database.migrate()
    timing = TakeoverTiming(**OPTIONS.get("timing", {}))
    runner = DurableEngine(database, WorkerLock(database), threads=OPTIONS.get("threads", 8), timing=timing)
    player = ScriptedHandler(journal, runner.fence)
    runner.start(player.handle, player.on_failed)
    commands: dict[str, Callable[..., Any]] = {
        "worker": lambda: runner._worker,
        "is_unfinished": runner.is_unfinished,
        "backlog": runner.backlog,
        "forget_old": lambda days: runner.delete_old_jobs(datetime.now(UTC) + timedelta(days=days)),
        "adopt": runner.recover_orphaned_jobs,
        "recover": recovery.recover_jobs_of,
        "stop": runner.stop,
    }
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(commands[name](*arguments)), flush=True)
        if name == "stop":
            return


if __name__ == "__main__":
    main(sys.argv[1], Journal(Path(sys.argv[2])))
