"""A channel is found by being there, and starts with what happens from then on."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from bot.domain.reasons import PlainText
from bot.domain.upgrade.stages import Stage
from bot.notifications import all_channels, discover
from tests.notifications.records import ENDED, wanted
from tests.samples import NOW, result, upgrade

CHANNEL = """
from dataclasses import replace
from bot.notifications.label import CHANNEL as label
CHANNEL = replace(label, name={name!r})
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """An empty package; a test writes modules into it."""
    name = f"channels_of_{request.node.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module(name)


def write(package: ModuleType, module: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{module}.py").write_text(text)


def test_every_module_of_the_package_is_a_channel() -> None:
    assert list(all_channels()) == sorted(all_channels())
    files = {path.stem for path in (Path(__file__).parents[2] / "bot" / "notifications").glob("*.py")} - {"__init__"}
    assert len(all_channels()) == len(files)
    assert {"check_run", "evidence", "label", "mention"} <= set(all_channels()), "names are stored"


def test_sorted_by_name_not_by_file(package: ModuleType) -> None:
    write(package, "a", CHANNEL.format(name="zebra"))
    write(package, "b", CHANNEL.format(name="ant"))
    assert list(discover(package)) == ["ant", "zebra"]


def test_a_module_without_a_channel_is_refused(package: ModuleType) -> None:
    write(package, "helpers", "CHANNEL = 'no such thing'")
    with pytest.raises(TypeError, match=r"helpers has no CHANNEL"):
        discover(package)


def test_two_channels_of_one_name_are_refused(package: ModuleType) -> None:
    write(package, "one", CHANNEL.format(name="label"))
    write(package, "two", CHANNEL.format(name="label"))
    with pytest.raises(ValueError, match=r"'label'.*\.two"):
        discover(package)


@pytest.mark.parametrize("stage", sorted(Stage))
def test_what_an_older_mibot_left_behind_is_not_published_now(stage: Stage) -> None:
    """It kept no history, and nobody waits for it."""
    there = upgrade(stage=stage, head="c" * 40, before=(result(),), merged_at=NOW, deployment=ENDED)
    assert wanted(there) == ()
    assert wanted(there, there) == ()
    assert wanted(replace(there, reason=PlainText("said otherwise")), there) == ()
