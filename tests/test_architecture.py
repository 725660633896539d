"""The house rules that can be run: which room imports which, and what the pure rooms keep from."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"
PURE = ("formats", "domain", "commands", "checks", "notifications", "rendering")
TALKS = ("http.client", "http.server", "urllib.request", "socketserver", "ftplib", "smtplib")
"""Modules beside harmless ones of the same package, which the linter's contracts can't tell apart."""


def sources(*rooms: str) -> list[Path]:
    """The Python files of these rooms of `bot`, of all of it without any."""
    found = [path for room in rooms or ("",) for path in (BOT / room).rglob("*.py")]
    return sorted(found)


def outside(*rooms: str) -> list[Path]:
    return [path for path in sources() if path.relative_to(BOT).parts[0].removesuffix(".py") not in rooms]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression that is nothing but names, else an empty text."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, attribute):
            return f"{inner}.{attribute}" if (inner := dotted(value)) else ""
        case _:
            return ""


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """What is called, and in which line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module and name that is imported, dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_impure(call: str) -> bool:
    """Whether a call asks for the time, for chance, for an identity, or for the outside world."""
    parts = call.split(".")
    if (
        len(parts) > 1
        and parts[-1] in {"now", "utcnow", "today", "fromtimestamp"}
        and parts[-2] in {"datetime", "date"}
    ):
        return parts[-1] != "fromtimestamp"
    return parts[0] in {"time", "random", "secrets"} or parts[-1] in {"uuid1", "uuid4", "urandom"} or call in IMPURE


IMPURE = {"open", "input", "print", "exec", "eval", "breakpoint", "os.getenv", "os.environ.get"}


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml; `lint-imports` says what breaks which."""
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sources(*PURE), ids=name_of)
def test_what_is_pure_asks_for_no_time_no_chance_and_no_world(path: Path) -> None:
    found = [f"{call} in line {line}" for call, line in calls(ast.parse(path.read_text())) if is_impure(call)]
    assert not found


@pytest.mark.parametrize(
    ("call", "impure"),
    [
        ("datetime.now", True),
        ("datetime.datetime.utcnow", True),
        ("date.today", True),
        ("time.time", True),
        ("random.choice", True),
        ("uuid.uuid4", True),
        ("uuid4", True),
        ("open", True),
        ("datetime.fromisoformat", False),
        ("self.clock.now", False),
        ("path.open", False),
        ("runtime.time", False),
    ],
)
def test_what_counts_as_impure(call: str, impure: bool) -> None:
    assert is_impure(call) is impure


GOOGLE = {
    "google.api_core": "google-api-core",
    "google.auth": "google-auth",
    "google.cloud.compute_v1": "google-cloud-compute",
    "google.cloud.monitoring_v3": "google-cloud-monitoring",
    "google.protobuf": "protobuf",
}
"""Distributions by package. `deptry`, which looks after all others, takes `google` for one package."""


def test_every_package_of_google_that_the_product_imports_is_declared() -> None:
    declared = {
        re.split(r"[^a-z0-9-]", requirement)[0]
        for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    modules = {
        module
        for path in sources()
        for module in imported(ast.parse(path.read_text()))
        if module.startswith("google.") and module not in {"google.cloud", "google.auth.transport.requests"}
    }
    roots = {next((root for root in GOOGLE if f"{module}.".startswith(f"{root}.")), module) for module in modules}
    assert roots <= GOOGLE.keys(), "name the distribution of the package here, and declare it"
    assert {GOOGLE[root] for root in roots} <= declared


def test_only_adapters_dial_out() -> None:
    found = {
        name_of(path): sorted(module)
        for path in outside("adapters")
        if (module := {name for name in imported(ast.parse(path.read_text())) if name in TALKS})
    }
    assert not found


def test_only_the_settings_read_the_environment() -> None:
    """So that what is missing or wrong is told at the start, all of it."""
    reading = [
        name_of(path)
        for path in outside("settings", "cli")
        if any(name in path.read_text() for name in ("os.environ", "os.getenv", "from os import"))
    ]
    assert not reading


PRODUCT_WORDS = re.compile(
    r"\b(sourcegraph|mibot|instances?|fleets?|slugs?|customers?|operators?|golden|upstream|publishers?|executors?"
    r"|hotpatch|deployments?|red|black|upgrades?|rollbacks?|preparations?|trackers?|rctest|release candidates?)\b"
    r"|mi-(module|upgrade)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sources("formats"), ids=name_of)
def test_formats_know_nothing_of_the_product(path: Path) -> None:
    """Each could be a library of its own."""
    found = [
        f"{match.group()} in: {line}"
        for line in path.read_text().splitlines()
        if (match := PRODUCT_WORDS.search(line))
    ]
    assert not found


def test_each_format_has_a_docstring_and_a_public_face() -> None:
    for package in sorted(path.parent for path in (BOT / "formats").glob("*/__init__.py")):
        module = importlib.import_module(f"bot.formats.{package.name}")
        assert module.__doc__
        assert set(module.__all__) <= vars(module).keys(), package.name


@pytest.mark.parametrize("room", ["commands", "checks"])
def test_every_command_and_every_check_has_a_test_file(room: str) -> None:
    named = {path.stem for path in sources(room)} - {"__init__"}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / room).glob("test_*.py")}
    assert named <= tested


GUARDED = {
    "create_issue": {"handlers/trackers.py"},
    "create_comment": {"services/own_comments.py"},
    "create_pull": {"services/pull_requests.py"},
    "create_check_run": {"services/own_check_runs.py"},
}
"""What GitHub would create a second time, and the code that goes through the `Creator`."""


@pytest.mark.parametrize("name", GUARDED)
def test_nothing_is_created_past_the_journal(name: str) -> None:
    calls = re.compile(rf"\.{name}\(")
    callers = {str(path.relative_to(BOT)) for path in BOT.rglob("*.py") if calls.search(path.read_text())}
    assert callers == GUARDED[name]
