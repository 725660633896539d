"""A check is found by being there, and one that can't run keeps the program from starting."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from bot.checks import all_checks, discover

CHECK = """
from bot.checks.vm import CHECK as vm
from dataclasses import replace
CHECK = replace(vm, name={name!r})
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """An empty package; a test writes modules into it."""
    name = f"package_of_{request.node.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module(name)


def write(package: ModuleType, module: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{module}.py").write_text(text)


def test_every_module_of_the_package_is_a_check() -> None:
    names = [check.name for check in all_checks()]
    assert "vm" in names
    assert names == sorted(names)
    files = {path.stem for path in (Path(__file__).parents[2] / "bot" / "checks").glob("*.py")} - {"__init__"}
    assert len(names) == len(files)


def test_sorted_by_name_not_by_file(package: ModuleType) -> None:
    write(package, "a", CHECK.format(name="zebra"))
    write(package, "b", CHECK.format(name="ant"))
    assert [check.name for check in discover(package)] == ["ant", "zebra"]


def test_a_module_without_a_check_is_refused(package: ModuleType) -> None:
    write(package, "helpers", "CHECK = 'no such thing'")
    with pytest.raises(TypeError, match=r"helpers has no CHECK"):
        discover(package)


def test_two_checks_of_one_name_are_refused(package: ModuleType) -> None:
    write(package, "one", CHECK.format(name="vm"))
    write(package, "two", CHECK.format(name="vm"))
    with pytest.raises(ValueError, match=r"'vm': .*\.one and .*\.two"):
        discover(package)


def test_a_module_that_breaks_while_it_is_imported_is_not_skipped(package: ModuleType) -> None:
    write(package, "broken", "1 / 0")
    with pytest.raises(ZeroDivisionError):
        discover(package)
