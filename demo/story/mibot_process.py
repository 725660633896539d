"""The real `mibot serve` as a child process of the demo, with a settings file of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from demo.organization import Org

START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0
SWEEP_INTERVAL = 20  # seconds; more often, a demo left running would use up the emulator's 5,000 requests an hour


class ServiceError(RuntimeError):
    """mibot did not start, or it exited; the message is one sentence."""


def make_settings(org: Org, folder: Path, api_url: str, cloud: Mapping[str, Mapping[str, str]]) -> str:
    """A mibot.toml for that organization, and the private key in a file beside it. `cloud` holds the settings for the
    local servers other than GitHub. What takes minutes in production takes seconds here."""
    key = folder / "private-key.pem"
    key.touch(mode=0o600)
    key.write_text(org.private_key)
    sections: Mapping[str, Mapping[str, object]] = {
        "github": {
            "api_url": api_url,
            "app_id": org.app_id,
            "private_key_file": str(key),
            "webhook_secret": org.webhook_secret,
            "write_interval": 0.2,
            "tracker_interval": 1.0,
        },
        "repositories": {"releases": org.releases, "deployment": org.deployment, "upstream": org.upstream},
        "policy": {"operators": [org.operators]},
        **cloud,
        "deploy": {"poll": 0.5, "start_timeout": 20},
        "verify": {"interval": 1, "stable_for": 3, "timeout": 60},
        "on_call": {"mention": ["lee"]},
        "store": {"url": f"sqlite:///{folder / 'mibot.sqlite'}"},
        "reconcile": {"interval": SWEEP_INTERVAL},
    }
    sections_as_lines = (
        (f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in keys.items())) for name, keys in sections.items()
    )
    return "\n".join(line for section in sections_as_lines for line in (*section, ""))


def _environment() -> dict[str, str]:
    """This process's environment without settings of another mibot, and with no HTTP proxy for local ports."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MIBOT_")}
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1")))
    return inherited | {"NO_PROXY": direct, "no_proxy": direct}


class MibotProcess:
    """Runs `mibot serve --config CONFIG` until the context ends. It logs to `log_file`."""

    def __init__(self, config: Path, port: int) -> None:
        self.config = config
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log_file = config.parent / "mibot.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "demo.story.parent_watch", "serve", "--config", str(self.config)]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Terminate it, then kill it and every process it started."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        log = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return "\n".join(log.splitlines()[-lines:])

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not self._ready():
            if not self.alive:
                raise ServiceError("mibot ended instead of starting")
            if time.monotonic() > deadline:
                raise ServiceError(f"mibot was not ready within {START_TIMEOUT:.0f} s")
            time.sleep(0.05)

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
