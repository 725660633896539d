"""Commands are discovered."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import bot.commands
from bot.commands import all_commands, discover, is_addressed, nearest_command, nearest_name, needs_operator
from bot.domain.chat.comments import parse

NEW = """
from bot.commands import Command
from bot.domain.chat.requests import CommandPlan, Permission
COMMAND = Command({name!r}, "/{name}", "does a thing", Permission.ANYONE, lambda *_: CommandPlan())
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package of commands that tests write files for."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / "more_commands"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name in [name for name in sys.modules if name.startswith("more_commands")]:
        monkeypatch.delitem(sys.modules, name)
    module = ModuleType("more_commands")
    module.__path__ = [str(folder)]
    return module


def write(package: ModuleType, file: str, text: str) -> None:
    (Path(package.__path__[0]) / file).write_text(text)


def test_each_file_has_the_command_of_its_name_and_a_test() -> None:
    files = {path.stem for path in Path(bot.commands.__file__ or "").parent.glob("[a-z]*.py")}
    assert files == set(all_commands())
    for name in files:
        assert (Path(__file__).parent / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", all_commands())
def test_a_commands_usage_is_a_line_that_calls_it(name: str) -> None:
    command = all_commands()[name]
    (line,) = parse(command.usage)
    assert line.name == name
    assert re.fullmatch(r"[a-z].*[^.]", command.summary)


def test_a_new_file_is_a_new_command(package: ModuleType) -> None:
    write(package, "hold.py", NEW.format(name="hold"))
    write(package, "abort.py", NEW.format(name="abort"))
    assert list(discover(package)) == ["abort", "hold"]


def test_a_file_without_a_command_is_an_error(package: ModuleType) -> None:
    write(package, "hold.py", "COMMAND = 'hold'\n")
    with pytest.raises(TypeError, match=r"more_commands\.hold holds no COMMAND"):
        discover(package)


def test_two_files_with_the_same_command_are_an_error(package: ModuleType) -> None:
    write(package, "hold.py", NEW.format(name="hold"))
    write(package, "stop.py", NEW.format(name="hold"))
    with pytest.raises(ValueError, match="/hold"):
        discover(package)


NAMES = (
    "adopt",
    "backup",
    "cancel",
    "check",
    "deployed",
    "help",
    "plan",
    "prepare",
    "retry",
    "rollback",
    "status",
    "upgrade",
)
"""A command that is added later may be nearer to some of the words."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("upgarde", "upgrade"), ("upgrad", "upgrade"), ("upgradee", "upgrade"), ("uprgade", "upgrade"), ("uppgrde",
     "upgrade"), ("chekc", "check"), ("chck", "check"), ("statsu", "status"), ("halp", "help"), ("hepl",
     "help"), ("pln", "plan"), ("rolback", "rollback"), ("rollbcak", "rollback"), ("rlolbcak", "rollback"),
     ("bakup", "backup"), ("deplyed", "deployed"), ("rety", "retry"), ("prepair", "prepare")],
)  # fmt: skip
def test_a_mistyped_command_gets_the_one_that_is_meant(typed: str, meant: str) -> None:
    assert nearest_name(typed, NAMES) == meant


@pytest.mark.parametrize(
    "word",
    ["hold", "close", "lgtm", "approve", "assign", "unassign", "merge", "rebase", "retest", "test",
     "ok-to-test", "cc", "label", "deploy", "skip", "hello", "start", "stop", "run", "review", "remind",
     "reopen", "update", "bot", "azp", "gcbrun", "kind", "area", "priority", "sig", "milestone", "cherry-pick",
     "check-cla", "easycla", "shrug", "joke", "lock", "override", "pause", "resume", "etc", "tmp", "usr",
     "home", "var", "dev", "bin", "opt", "h", "p", "up", "pl", "stat", "upgrade-all", "tpgi", "callback", "x" * 40],
)  # fmt: skip
def test_what_is_nobodys_typo_gets_none(word: str) -> None:
    assert nearest_name(word, NAMES) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_its_own_nearest(name: str) -> None:
    assert nearest_name(name, NAMES) == name


def test_what_is_meant_for_mibot() -> None:
    assert nearest_command("upgarde") == "upgrade"
    assert is_addressed("upgarde")
    assert is_addressed("help")
    assert not is_addressed("lgtm")
    assert needs_operator("upgrade")
    assert not needs_operator("help")
    assert not needs_operator("lgtm")
