"""The real mibot process, started and killed as an operator or a machine would."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from dbos import DBOSClient

from bot.adapters.engine.durable_engine import UNFINISHED
from bot.adapters.engine.stored_jobs import NAME, SERIALIZER
from bot.adapters.store import Database
from demo.cloud import Cloud
from demo.emulator import free_port
from demo.organization import Org
from tests.fork_server import ForkedProcess, fork_server, start_process

START_TIMEOUT = 30.0
STOP_TIMEOUT = 15.0


class MibotProcess:
    """`mibot serve` for one organization, with its store in `folder`. `log` is its log so far."""

    program = "bot.cli"

    def __init__(self, folder: Path, org: Org, api_url: str, cloud: Cloud, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.project_prefix = f"story-{uuid.uuid4().hex[:8]}-managed-"  # no two stories share a machine
        self.log_file = folder / "mibot.log"
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        key = folder / "key.pem"
        key.write_text(org.private_key)
        self._environment = {
            "MIBOT_GITHUB__API_URL": api_url,
            "MIBOT_GITHUB__APP_ID": str(org.app_id),
            "MIBOT_GITHUB__PRIVATE_KEY_FILE": str(key),
            "MIBOT_GITHUB__WEBHOOK_SECRET": org.webhook_secret,
            "MIBOT_GITHUB__WRITE_INTERVAL": "0",
            "MIBOT_REPOSITORIES__RELEASES": org.releases,
            "MIBOT_REPOSITORIES__DEPLOYMENT": org.deployment,
            "MIBOT_REPOSITORIES__UPSTREAM": org.upstream,
            "MIBOT_POLICY__OPERATORS": f'["{org.operators}"]',
            "MIBOT_GITHUB__TRACKER_INTERVAL": "0.3",
            "MIBOT_GITHUB__REPLICATION_LAG": "0.5",
            "MIBOT_ON_CALL__MENTION": "lee",
            "MIBOT_DEPLOY__POLL": "0.3",
            "MIBOT_DEPLOY__START_TIMEOUT": "3",
            "MIBOT_VERIFY__INTERVAL": "0.3",
            "MIBOT_VERIFY__STABLE_FOR": "0",
            "MIBOT_VERIFY__TIMEOUT": "20",
            **{f"MIBOT_{part}__{key}".upper(): v for part, keys in cloud.settings.items() for key, v in keys.items()},
            "MIBOT_GCP__PROJECT_TEMPLATE": f"{self.project_prefix}{{slug}}",
            "MIBOT_STORE__URL": f"sqlite:///{folder / 'mibot.sqlite'}",
            "MIBOT_RECONCILE__INTERVAL": "3600",
            **settings,
        }

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/github"

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MIBOT_")}
        return inherited | self._environment

    def start(self, *, preloaded: bool = True) -> MibotProcess:
        """Start it and wait until it is ready. Unless `preloaded`, it starts as `python -m bot.cli` and imports
        everything."""
        command = (self.program, "serve", "--port", str(self.port))
        with self.log_file.open("ab") as log, Path(os.devnull).open("rb") as stdin:
            streams = (stdin.fileno(), log.fileno(), log.fileno())
            self._process = (
                fork_server().start(*command, env=self.environment, streams=streams)
                if preloaded
                else start_process(*command, env=self.environment, streams=streams)
            )
        self.wait_until_ready()
        return self

    def has_unfinished_jobs(self) -> bool:
        """Whether any job waits or runs, as the engine's tables tell."""
        database = Database(self._environment["MIBOT_STORE__URL"])
        client = DBOSClient(system_database_engine=database.engine, serializer=SERIALIZER, application_name=NAME)
        try:
            return bool(client.list_workflows(status=UNFINISHED, limit=1, load_input=False, load_output=False))
        finally:
            client.destroy()
            database.close()

    def metric(self, name: str) -> float:
        """A metric without labels, as Prometheus gets it. Raises AssertionError while mibot does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:
                lines = answer.read().decode().splitlines()
        except OSError as error:
            raise AssertionError(f"there are no metrics: {error}") from error
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self._process is not None
        return self._process.pid

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not self._ready():
            dead = self._process is None or self._process.poll() is not None
            if dead or time.monotonic() > deadline:
                raise AssertionError(f"mibot did not start:\n{self.log[-4000:]}")
            time.sleep(0.03)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """Send SIGKILL to all of its processes, as if the machine lost power."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait(STOP_TIMEOUT)
            self._process = None

    def signal_all(self, number: int) -> None:
        """Send a signal to all of its processes."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    @property
    def is_running(self) -> bool:
        """Whether its supervisor runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """Send SIGTERM, as a deployment does; returns the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            status = self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"mibot did not stop:\n{self.log[-4000:]}") from None
        self._process = None
        return status

    def run(self, *arguments: str, **changed: Any) -> subprocess.CompletedProcess[str]:
        """Run another `mibot` command with the same settings."""
        environment = self.environment | changed
        command = [sys.executable, "-m", "bot.cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
