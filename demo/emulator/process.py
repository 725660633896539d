"""The emulated GitHub as a child process that never outlives its parent."""

from __future__ import annotations

import atexit
import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.emulator.installation import EmulatorError, install, node
from demo.emulator.keys import free_port, is_taken

# The child's stdin is a pipe whose other end only this process holds, so the child ends when this process is gone.
PARENT_WATCH_SCRIPT = 'data:text/javascript,process.stdin.resume().on("end",()=>process.exit(0))'
STOP_TIMEOUT = 3.0
ATTEMPTS = 3


class Emulator:
    """A running emulated GitHub on 127.0.0.1 with the given seed (`{"tokens": …, "github": …}`).

    `url` is its API's URL and the base of all its links. `timeout` is how many seconds it may take to answer. Raises
    EmulatorError with its last lines of output when it does not answer.
    """

    def __init__(self, seed: Mapping[str, Any], *, port: int | None = None, timeout: float = 30.0) -> None:
        self._entry = install()
        self._directory = tempfile.TemporaryDirectory(prefix="mibot-github-")
        self._seed = Path(self._directory.name) / "seed.json"
        self._output = Path(self._directory.name) / "output.log"
        self._seed.write_text(json.dumps(seed))
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)
        try:
            self._start(port, timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def close(self) -> None:
        """Terminate it, and kill it if necessary. Safe to repeat."""
        atexit.unregister(self.close)
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()
        self._directory.cleanup()

    def _start(self, port: int | None, patience: float) -> None:
        """Start on `port`, or on a free port, trying again when another process took that port first."""
        if port is not None and is_taken(port):
            raise EmulatorError(f"Port {port} is taken: end what listens there, or choose another for the emulator.")
        for attempt in range(1, ATTEMPTS + 1):
            self.port = port or free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self._process = self._spawn()
            if self._answers(self._process, patience):
                return
            if port is not None or "EADDRINUSE" not in self._tail() or attempt == ATTEMPTS:
                raise EmulatorError(
                    f"The emulated GitHub ended before it answered on port {self.port}: {self._tail()}"
                )

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(node()), "--import", PARENT_WATCH_SCRIPT, str(self._entry), "start", "--service", "github"]
        command += ["--port", str(self.port), "--seed", str(self._seed), "--base-url", self.url]
        with self._output.open("wb") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._directory.name,
                start_new_session=True,
            )

    def _answers(self, process: subprocess.Popen[bytes], patience: float) -> bool:
        """Whether it answers before it exits. Raises EmulatorError when it does neither in time."""
        deadline = time.monotonic() + patience
        while process.poll() is None:
            if _listens(self.port, patience):
                return True
            if time.monotonic() > deadline:
                raise EmulatorError(
                    f"The emulated GitHub did not answer on port {self.port} within {patience:.0f} s: {self._tail()}"
                )
            time.sleep(0.02)
        return False

    def _tail(self) -> str:
        written = self._output.read_text(errors="replace") if self._output.exists() else ""
        return " ".join(written.split()[-60:]) or "it wrote nothing."


def _listens(port: int, patience: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", "/zen")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
