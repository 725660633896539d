"""The engine in a process of its own, as the tests control it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.adapters.engine import Enqueuer
from bot.adapters.store import Database
from bot.domain.flow.jobs import Job
from tests.fork_server import ForkedProcess, fork_server

PATIENCE = 20.0
SOON = {"look": 0.1, "grace": 0.6, "confirm": 0.2}
"""How soon workers are taken for lost."""
Entry = dict[str, Any]


class EngineProcess:
    """The engine in a process of its own, and a way to hand it jobs as the web process does.

    Tests may share one: the names of jobs and keys that a test gives get its `prefix`, and it sees no others.
    """

    prefix = ""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.database = Database(url)
        self.enqueuer = Enqueuer(self.database)
        self.folder = folder
        self._process: ForkedProcess | None = None

    def start(self, **options: Any) -> EngineProcess:
        """Start it, and wait until it runs jobs."""
        command = ("tests.adapters.engine_process", self.url, str(self.folder / "journal"))
        environment = os.environ | {"ENGINE_TEST": json.dumps(options)}
        stdin, ours = os.pipe()
        theirs, stdout = os.pipe()
        with (self.folder / "log").open("a") as log:
            self._process = fork_server().start(*command, env=environment, streams=(stdin, stdout, log.fileno()))
        os.close(stdin)
        os.close(stdout)
        self._commands, self._answers = os.fdopen(ours, "w"), os.fdopen(theirs)
        assert self._answer() == "ready", self.log
        return self

    def ask(self, command: str, *arguments: Any) -> Any:
        self._commands.write(json.dumps([command, *arguments]) + "\n")
        self._commands.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self._answers.readline()
        return json.loads(line) if line else None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self.wait_for_exit()

    def freeze(self) -> None:
        """Let it stand still until `thaw`, as a machine that is suspended."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def lock_holders(self) -> list[int]:
        """The sessions that hold the lock of `worker-1`."""
        held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1835623031 AND objid = 1"
        mine = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        with self.database.transaction() as connection:
            return list(connection.execute(text(f"{held} AND {mine}")).scalars())

    def end_lock_session(self) -> None:
        """End the session that holds the lock of `worker-1`, and no other, on the server."""
        (holder,) = self.lock_holders()
        with self.database.transaction() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": holder})
        self.wait_for(lambda: holder not in self.lock_holders())

    def wait_for_exit(self, within: float = PATIENCE) -> int:
        """Its exit status, once it has ended by itself."""
        assert self._process is not None
        status = self._process.wait(within)
        self._commands.close()
        self._answers.close()
        self._process = None
        return status

    def submit(self, id_: str, key: str = "", **payload: Any) -> None:
        job = self._prefixed({"name": id_, **payload})
        self.enqueuer.submit(job["name"], Job(job, self.prefix + (key or id_), payload.get("delay", 0.0)))

    def _prefixed(self, job: dict[str, Any]) -> dict[str, Any]:
        follow = [self._prefixed(one) for one in job.get("follow", [])]
        return {**job, "name": self.prefix + job["name"], "follow": follow}

    def is_unfinished(self, id_: str) -> bool:
        return bool(self.ask("is_unfinished", self.prefix + id_))

    @property
    def journal(self) -> list[Entry]:
        path = self.folder / "journal"
        entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        ours = [entry for entry in entries if entry.get("name", self.prefix).startswith(self.prefix)]
        return [{n: str(v).removeprefix(self.prefix) if n != "at" else v for n, v in e.items()} for e in ours]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def names(self, what: str) -> list[str]:
        return [entry["name"] for entry in self.journal if entry["what"] == what]

    def wait_for(self, done: Callable[[], object], within: float = PATIENCE) -> None:
        deadline = time.monotonic() + within
        while not done():
            assert time.monotonic() < deadline, f"{self.journal}\n{self.log}"
            time.sleep(0.02)

    def wait_for_end(self, *names: str) -> None:
        self.wait_for(lambda: set(names) <= set(self.names("end")))

    def close(self) -> None:
        self.kill()
        self.database.close()
