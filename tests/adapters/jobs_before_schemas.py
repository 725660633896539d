"""A process that runs the engine on an old store: `python -m tests.adapters.jobs_before_schemas URL`.

It does nothing for the jobs, and prints what it was asked to do, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import structlog
from dbos import _workflow_commands
from sqlalchemy import text

from bot import logs
from bot.adapters.engine import DurableEngine
from bot.adapters.store import Database
from bot.adapters.store.worker_lock import WorkerLock
from bot.domain.flow.jobs import Done, Outcome, StoredReason
from bot.schema import CODEC, JobContent

DAY = 86_400_000
lock = threading.Lock()
seen: list[dict[str, Any]] = []
gave_up: list[dict[str, Any]] = []


def _note(where: list[dict[str, Any]], payload: Mapping[str, Any], **more: Any) -> None:
    job = structlog.contextvars.get_contextvars()
    content = repr(CODEC.decode_document(JobContent, payload))
    with lock:
        where.append({"job": job["job"], "attempt": job["attempt"], "content": content, **more})


def handle(payload: Mapping[str, Any]) -> Outcome:
    _note(seen, payload)
    return Done()


def on_failed(payload: Mapping[str, Any], reason: StoredReason) -> None:
    _note(gave_up, payload, reason=reason)


def waiting(database: Database, table: str) -> dict[str, bool]:
    """The jobs that are not done, and whether each is due before tomorrow."""
    query = f"SELECT workflow_uuid, status, delay_until_epoch_ms FROM {table}"  # noqa: S608 - a name of ours
    with database.transaction() as connection:
        rows = connection.execute(text(query)).all()
    soon = time.time() * 1000 + 600_000
    open_ = [row for row in rows if row[1] in {"PENDING", "ENQUEUED", "DELAYED"}]
    return {row[0]: row[1] != "DELAYED" or row[2] < soon for row in open_}


def main(url: str) -> None:
    logs.configure()
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = 0.05  # how soon DBOS sees that a wait is over
    database = Database(url)
    database.migrate()
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    due = f"UPDATE {table} SET delay_until_epoch_ms = 1 WHERE status = 'DELAYED' AND delay_until_epoch_ms < :soon"  # noqa: S608
    with database.transaction() as connection:
        connection.execute(text(due), {"soon": int(time.time() * 1000) + DAY})
    engine = DurableEngine(database, WorkerLock(database))
    engine.start(handle, on_failed)
    deadline = time.monotonic() + 60
    while any((left := waiting(database, table)).values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    engine.stop()
    print(json.dumps({"seen": seen, "gave_up": gave_up, "still_waiting": sorted(left)}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
