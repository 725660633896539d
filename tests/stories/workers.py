"""Three workers of one PostgreSQL, and what befalls them at random."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import psycopg

from demo.cloud import Cloud
from demo.organization import Org
from tests.adapters.postgres import PASSWORD, Postgres
from tests.stories.cable import Cable
from tests.stories.process import MibotProcess
from tests.world.webhooks import DeliveryQueue

WORKERS = 3
WRITE_INTERVAL = 0.1


class ImpatientWorker(MibotProcess):
    """A worker that takes others for lost after four seconds of silence, on its own cable to the database."""

    program = "tests.stories.impatient_worker"

    def __init__(self, folder: Path, org: Org, api_url: str, cloud: Cloud, cable: Cable, **settings: str) -> None:
        folder.mkdir()
        self.cable = cable
        super().__init__(folder, org, api_url, cloud, **settings)


class Workers:
    """The workers, numbered from 0. `first` also stands for all of them in a `Story`."""

    def __init__(self, folder: Path, org: Org, api_url: str, cloud: Cloud, server: Postgres, database: str) -> None:
        self.url = server.url(database)
        self._all: list[ImpatientWorker] = []
        for number in range(WORKERS):
            cable = Cable(server.port)
            settings = {
                "MIBOT_STORE__URL": f"postgresql://postgres:{PASSWORD}@127.0.0.1:{cable.port}/{database}",
                "MIBOT_RECONCILE__INTERVAL": "1",
                "MIBOT_GITHUB__WRITE_INTERVAL": str(WRITE_INTERVAL),
            }
            if self._all:
                settings["MIBOT_GCP__PROJECT_TEMPLATE"] = f"{self.first.project_prefix}{{slug}}"
            self._all.append(ImpatientWorker(folder / f"{number}", org, api_url, cloud, cable, **settings))

    @property
    def first(self) -> ImpatientWorker:
        return self._all[0]

    def __iter__(self) -> Iterator[ImpatientWorker]:
        return iter(self._all)

    def start(self) -> None:
        for worker in self._all:
            worker.start()

    def close(self) -> None:
        for worker in self._all:
            worker.signal_all(signal.SIGCONT)
            worker.kill()
            worker.cable.close()

    def diagnosis(self) -> str:
        """The jobs that are not done, the leases, and the ends of all logs."""
        jobs = (
            "SELECT workflow_uuid, status, executor_id, inputs FROM dbos.workflow_status WHERE completed_at IS NULL"
        )
        leases = "SELECT number, name, seen, ended FROM mibot_workers ORDER BY number"
        with psycopg.connect(self.url) as connection:
            rows = [str(row) for query in (jobs, leases) for row in connection.execute(query.encode()).fetchall()]
        return "\n".join([*rows, *(f"--- worker {n}\n{one.log[-20_000:]}" for n, one in enumerate(self._all))])

    def count(self, event: str) -> int:
        """How often that event is in the logs of all workers."""
        return sum(worker.log.count(f'"event": "{event}"') for worker in self._all)


class Chaos:
    """Kills, freezes or cuts off one worker after the other, by a seed, until the context ends; then all run again.

    Webhooks go to one worker at a time, also to one that is down. `happened` tells what befell whom.
    """

    def __init__(self, workers: Workers, webhooks: DeliveryQueue, seed: int) -> None:
        self._workers = list(workers)
        self._webhooks = webhooks
        self._random = Random(seed)  # noqa: S311 - repeatable, not secret
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.happened: list[str] = []

    def __enter__(self) -> Chaos:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(60)
        for worker in self._workers:
            ensure_running(worker)
        self._webhooks.target = self._workers[0].webhook_url

    def _run(self) -> None:
        # Each kind once, in random order, before chance alone rules.
        kinds: list[Callable[[ImpatientWorker], None]] = [self._kill, self._freeze, self._cut]
        due = self._random.sample(kinds, len(kinds))
        while not self._end.wait(self._random.uniform(0.2, 1.5)):
            self._webhooks.target = self._random.choice(self._workers).webhook_url
            number = self._random.randrange(len(self._workers))
            befall = due.pop() if due else self._random.choice(kinds)
            self.happened.append(f"{befall.__name__.strip('_')} {number}")
            befall(self._workers[number])

    def _kill(self, worker: ImpatientWorker) -> None:
        worker.kill()
        self._end.wait(self._random.uniform(0, 4))
        worker.start()

    def _freeze(self, worker: ImpatientWorker) -> None:
        """For less than the others' patience, or for longer: then they take over."""
        worker.signal_all(signal.SIGSTOP)
        self._end.wait(self._random.choice([1.0, 9.0]))
        worker.signal_all(signal.SIGCONT)
        ensure_running(worker)

    def _cut(self, worker: ImpatientWorker) -> None:
        worker.cable.cut(silently=self._random.random() < 0.5)
        self._end.wait(self._random.choice([0.0, 2.0, 9.0]))
        worker.cable.mend()
        ensure_running(worker)


def ensure_running(worker: ImpatientWorker) -> None:
    """Wait until it is ready; start it again if it has ended, as a service manager does."""
    deadline = time.monotonic() + 60
    while True:
        if not worker.is_running:
            worker.kill()
            worker.start()
            return
        with contextlib.suppress(AssertionError):
            worker.wait_until_ready()
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"it does not run:\n{worker.log[-4000:]}")
