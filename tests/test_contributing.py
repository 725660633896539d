"""CONTRIBUTING.md's recipes, followed to the letter in a copy of the tree by somebody who does nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recipes import RecipeStep, recipe_steps

ROOT = Path(__file__).resolve().parents[1]
STEPS = recipe_steps((ROOT / "CONTRIBUTING.md").read_text())
NEW_TESTS = [step.path for step in STEPS if not step.anchor and step.path.startswith("tests/")]
TESTS_THAT_NOTICE = (
    "tests/test_docs.py", "tests/test_architecture.py", "tests/test_settings.py", "tests/checks/test_discovery.py",
    "tests/commands/test_discovery.py", "tests/notifications/test_discovery.py", "tests/commands/test_help.py",
    "tests/services/test_commands.py",
)  # fmt: skip
ROOMS = ("commands", "checks", "notifications")
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".hypothesis", ".pytest_cache")
"""mypy's cache is copied, because without it mypy takes a minute."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=NOT_COPIED))


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MIBOT_"))}
    environment |= {"PYTHONPATH": str(tree), "COLUMNS": "200"}
    line = [sys.executable, "-m", *command]
    return subprocess.run(line, cwd=tree, env=environment, capture_output=True, text=True, timeout=150, check=False)


def is_documentation(step: RecipeStep) -> bool:
    return not step.path.endswith(".py")


def test_the_recipes_are_found() -> None:
    added = {step.path.rsplit("/", 1)[0] for step in STEPS if not step.anchor}
    assert added >= {
        "bot/commands",
        "bot/checks",
        "bot/notifications",
        "tests/commands",
        "tests/checks",
        "tests/notifications",
        "tests/settings",
    }
    assert {step.path for step in STEPS if step.anchor} >= {"README.md", "mibot.example.toml"}


def test_who_follows_them_is_green(tree: Path) -> None:
    for step in STEPS:
        step.apply(tree)
    tested = run(tree, "pytest", "-q", "-p", "no:cacheprovider", *TESTS_THAT_NOTICE, *NEW_TESTS)
    assert tested.returncode == 0, tested.stdout
    for command in (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)):
        linted = run(tree, *command)
        assert linted.returncode == 0, linted.stdout


def test_who_forgets_the_documentation_is_told(tree: Path) -> None:
    for step in STEPS:
        if not is_documentation(step):
            step.apply(tree)
    tested = run(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_docs.py")
    assert set(re.findall(r"^FAILED tests/test_docs\.py::(\w+)", tested.stdout, re.MULTILINE)) >= {
        "test_the_commands_table",
        "test_the_checks_table",
        "test_the_settings_table_has_every_key_with_its_variable_and_default",
        "test_the_example_settings_name_every_key_and_no_other",
        "test_the_defaults_in_the_example_settings",
    }
