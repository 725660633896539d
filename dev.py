#!/usr/bin/env python3
"""The project's commands, for a machine with nothing but Python 3.11+ and git.

`python3 dev.py demo` sets everything up and plays the main job; `python3 dev.py test` sets everything up and runs
all tests and checks. Everything is installed into `.venv` beside this file, from the lock files.

This file keeps to the syntax and the library of Python 3.6, so that an older Python can say which one is needed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, List, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
DEMO_LOCK = ROOT / "requirements-demo.lock"  # what the demo needs, and with it mibot
DEV_LOCK = ROOT / "requirements-dev.lock"  # that, in the same versions, and what the tests and checks need
EMULATOR = ROOT / "demo" / "emulator"
MADE_FOR = VENV / ".made-for"
BATCH = 12  # packages that are installed at a time; what is installed stays if the next ones fail
NEEDS = (3, 11)
WORKERS = "3"  # for two cores, because the stories mostly wait
AGAIN = "Run the same command again: it goes on where it was."


class SetupError(Exception):
    """One sentence that says why the environment can't be set up, and what to do."""


def run(*command: object) -> int:
    """Run a command in the project's environment and return its exit status."""
    environment = dict(os.environ)
    environment["PATH"] = "{}{}{}".format(BIN, os.pathsep, environment.get("PATH", ""))
    environment["VIRTUAL_ENV"] = str(VENV)
    with subprocess.Popen([str(part) for part in command], cwd=str(ROOT), env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # Ctrl-C reaches the command, too, which ends in its own way
                continue


# Setting up


def made_from() -> str:
    """A digest of what the environment is made from. A change of a tool's settings does not recreate it."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = {name: project.get(name) for name in ("build-system", "project", "dependency-groups")}
    digest = hashlib.sha256((sys.version + json.dumps(parts, sort_keys=True)).encode())
    for source in (DEMO_LOCK, DEV_LOCK, EMULATOR / "package-lock.json"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def set_up(lock: Path) -> None:
    """Install what `lock` names and mibot itself, unless that is done. Raises SetupError.

    What an interrupted setup installed is kept.
    """
    digest = made_from()
    fits = MADE_FOR.exists() and MADE_FOR.read_text() == digest
    done = VENV / (".installed-" + lock.stem)
    if fits and (done.exists() or (VENV / (".installed-" + DEV_LOCK.stem)).exists()):
        return
    if not fits:
        say("making a new environment in .venv")
        shutil.rmtree(str(VENV), ignore_errors=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL):
            raise SetupError("this Python can't make an environment; on Debian and Ubuntu, install python3-venv.")
        MADE_FOR.write_text(digest)
    install(lock)
    if not (VENV / ".installed-mibot").exists():
        pip("--no-build-isolation", "--editable", str(ROOT))
        (VENV / ".installed-mibot").touch()
    say("installing the emulated GitHub with npm")
    if subprocess.call([str(PYTHON), "-m", "demo.emulator"], cwd=str(ROOT)):
        raise SetupError("the emulated GitHub could not be installed. " + AGAIN)
    done.touch()


def install(lock: Path) -> None:
    """Install a lock file's packages in batches."""
    packages = requirements(lock)
    batches = [packages[start : start + BATCH] for start in range(0, len(packages), BATCH)]
    part = VENV / "batch.txt"
    for number, batch in enumerate(batches):
        first = number * BATCH + 1
        names = "{} … {}".format(name(batch[0]), name(batch[-1]))
        say("packages {}–{} of {}: {}".format(first, first + len(batch) - 1, len(packages), names))
        part.write_text("\n".join(batch), encoding="utf-8")
        pip("--require-hashes", "-r", str(part))
    part.unlink()


def requirements(lock: Path) -> List[str]:
    """The lock file's entries, each with its hashes."""
    entries: List[str] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line.startswith((" ", "\t")) and entries:
            entries[-1] += "\n" + line
        elif line.strip() and not line.lstrip().startswith("#"):
            entries.append(line)
    return entries


def name(requirement: str) -> str:
    return requirement.split("==")[0]


def pip(*arguments: str) -> None:
    """`pip install` without dependencies, because the lock files name all. Raises SetupError."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "--retries", "2", "install"]
    done = subprocess.run(
        [*command, "--no-deps", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()
        print("\n".join(said.splitlines()[-5:]), file=sys.stderr)
        if "onnection" in said or "resolve" in said or "No matching distribution" in said:
            raise SetupError("the packages can't be downloaded; check the network, or set HTTPS_PROXY. " + AGAIN)
        raise SetupError("pip could not install the packages; its last words are above. " + AGAIN)


def say(words: str) -> None:
    print("dev.py: {} …".format(words), flush=True)


# The commands


def demo(*arguments: str) -> int:
    return run("python", "-m", "demo", *arguments)


def lint(*_arguments: str) -> int:
    """Check the code without running it."""
    return (
        run("ruff", "check", ".")
        or run("ruff", "format", "--check", ".")
        or run("mypy")
        or run("lint-imports", "--no-cache")
        or run("deptry", "bot")  # what is installed with the wheel
        or run("deptry", ".", "--ignore", "DEP002,DEP004")  # with the demo and the tests
        or run("python", ".github/audit.py", "code")
    )


def test(*arguments: str) -> int:
    pytest = ("pytest", "-n", WORKERS, "--dist", "worksteal", "-m", "not slow")
    return run(*pytest, *arguments) if arguments else lint() or run(*pytest)


def test_long(*arguments: str) -> int:
    return run("pytest", "-n", "2", "--dist", "worksteal", "-m", "slow", *arguments)


def bench(*arguments: str) -> int:
    return run("python", "-m", "bench", *arguments)


def audit(*_arguments: str) -> int:
    return run("python", ".github/audit.py", "packages")


def lock(*_arguments: str) -> int:
    """Write new lock files from pyproject.toml, for every supported Python and platform."""
    common = ("uv", "pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url", "--quiet",
              "--no-header", "--python-version", "3.11", "pyproject.toml")  # fmt: skip
    same = (*common, "--constraints", DEV_LOCK)
    return (
        run(*common, "--upgrade", "--group", "dev", "--group", "build", "-o", DEV_LOCK)
        or run(*same, "--group", "demo", "--group", "build", "-o", DEMO_LOCK)
        or run(*same, "-o", ROOT / "requirements.lock")
    )


def only_set_up(*_arguments: str) -> int:
    return 0


COMMANDS: Dict[str, Callable[..., int]] = {
    "demo": demo,
    "test": test,
    "test-long": test_long,
    "bench": bench,
    "lint": lint,
    "audit": audit,
    "lock": lock,
    "setup": only_set_up,
    "run": run,
}

USAGE = """usage: python3 dev.py COMMAND

  demo [ARGS]     set up, then play the main job and keep running; `demo say WORDS`, `demo show`, `demo approve N`
                  and `demo merge N` talk to a running demo (`demo --help`)
  test [ARGS]     set up, then lint, type check and pass all tests (ARGS go to pytest, alone)
  test-long       the long fuzzing, kill and chaos tests
  bench           the benchmarks, printed as a table
  lint            lint, formatting, types, import direction, declared packages, and the audits of code and workflows
  audit           look for known vulnerabilities in the locked packages (needs a network)
  lock            write new lock files
  setup           only set up
  run COMMAND …   run any command inside the environment, e.g. `python3 dev.py run mibot --help`
"""


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE)
        return 0 if arguments else 2
    command, rest = arguments[0], list(arguments[1:])
    if command not in COMMANDS or (command == "run" and not rest):
        print("dev.py: there is no command `{}`.\n\n{}".format(command, USAGE), file=sys.stderr)
        return 2
    if sys.version_info < NEEDS:
        needs, this = (".".join(map(str, version)) for version in (NEEDS, sys.version_info[:2]))
        print(
            "dev.py: mibot needs Python {} or newer, and this is Python {}; run dev.py with a newer one.".format(
                needs, this
            ),
            file=sys.stderr,
        )
        return 1
    needs_demo_only = command == "demo" or (command == "run" and rest[0] == "mibot")
    try:
        set_up(DEMO_LOCK if needs_demo_only else DEV_LOCK)
    except SetupError as error:
        print("dev.py: {}".format(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndev.py: interrupted. " + AGAIN, file=sys.stderr)
        return 130
    return COMMANDS[command](*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
