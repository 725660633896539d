#!/usr/bin/env python3
"""The project's commands, for a machine with nothing but Python 3.11+ and git.

`python3 dev.py demo` sets everything up and plays the main job; `python3 dev.py test` sets everything up and runs
all tests and checks. Everything is installed into `.venv` beside this file, from the lock files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOCK = ROOT / "requirements-dev.lock"
EMULATOR = ROOT / "demo" / "emulator"
STAMP = VENV / ".installed"
WORKERS = "3"  # for two cores, because the stories mostly wait


def run(*command: str | Path, cwd: Path = ROOT) -> int:
    """Run a command in the project's environment and return its exit status."""
    environment = dict(os.environ)
    environment["PATH"] = f"{BIN}{os.pathsep}{environment.get('PATH', '')}"
    environment["VIRTUAL_ENV"] = str(VENV)
    with subprocess.Popen([str(part) for part in command], cwd=cwd, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # Ctrl-C reaches the command, too, which ends in its own way
                continue


def must(*command: str | Path, cwd: Path = ROOT) -> None:
    status = run(*command, cwd=cwd)
    if status:
        sys.exit(f"dev.py: `{' '.join(str(part) for part in command)}` failed with status {status}.")


def wanted() -> str:
    """A digest of what the environment is made from. A change of a tool's settings does not recreate it."""
    import tomllib  # an older Python, which setup() refuses, has none

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    made_from = {name: project.get(name) for name in ("build-system", "project", "dependency-groups")}
    digest = hashlib.sha256(f"{sys.version}{json.dumps(made_from, sort_keys=True)}".encode())
    for source in (LOCK, EMULATOR / "package-lock.json"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def setup() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file has to say so on an older Python
        sys.exit("dev.py: mibot needs Python 3.11 or newer; run this file with such a Python.")
    if STAMP.exists() and STAMP.read_text() == wanted():
        return
    print("dev.py: setting up .venv from the lock files …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    must(sys.executable, "-m", "venv", VENV)
    pip = (BIN / "python", "-m", "pip", "--disable-pip-version-check", "--quiet")
    must(*pip, "install", "--require-hashes", "--no-deps", "-r", LOCK)
    must(*pip, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    must(BIN / "python", "-m", "demo.emulator")
    STAMP.write_text(wanted())


def lint() -> int:
    """Check the code without running it."""
    return (
        run("ruff", "check", ".")
        or run("ruff", "format", "--check", ".")
        or run("mypy")
        or run("lint-imports", "--no-cache")
    )


def test(*arguments: str) -> int:
    return run("pytest", "-n", WORKERS, "--dist", "worksteal", "-m", "not slow", *arguments)


def lock() -> int:
    """Write new lock files from pyproject.toml, for every supported Python and platform."""
    common = ("uv", "pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url", "--quiet",
              "--no-header", "--python-version", "3.11", "--upgrade", "pyproject.toml")  # fmt: skip
    return run(*common, "-o", "requirements.lock") or run(
        *common, "--group", "dev", "--group", "build", "-o", "requirements-dev.lock"
    )


USAGE = """usage: python3 dev.py COMMAND

  demo [ARGS]     set up, then play the main job and keep running; `demo say WORDS`, `demo show`, `demo approve N`
                  and `demo merge N` talk to a running demo (`demo --help`)
  test [ARGS]     set up, then lint, type check and pass all tests (ARGS go to pytest, alone)
  test-long       the long fuzzing and kill tests
  bench           the benchmarks, printed as a table
  lint            lint, formatting, types and import direction only
  lock            write new lock files
  setup           only set up
  run COMMAND …   run any command inside the environment, e.g. `python3 dev.py run mibot --help`
"""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    setup()
    match command:
        case "demo":
            return run("python", "-m", "demo", *rest)
        case "test":
            return test(*rest) if rest else lint() or test()
        case "test-long":
            return run("pytest", "-n", "2", "--dist", "worksteal", "-m", "slow", *rest)
        case "bench":
            return run("python", "-m", "bench", *rest)
        case "lint":
            return lint()
        case "lock":
            return lock()
        case "setup":
            return 0
        case "run" if rest:
            return run(*rest)
    print(f"dev.py: there is no command `{command}`.\n\n{USAGE}")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
