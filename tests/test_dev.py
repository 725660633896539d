"""`dev.py`, which strangers run first: on old Pythons, without a network, interrupted."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_its_syntax_is_that_of_python_3_6() -> None:
    ast.parse((ROOT / "dev.py").read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13)])
def test_an_old_python_says_which_one_is_needed(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert dev.main(["test"]) == 1
    this = ".".join(str(part) for part in version[:2])
    assert capsys.readouterr().err == (
        f"dev.py: mibot needs Python 3.11 or newer, and this is Python {this}; run dev.py with a newer one.\n"
    )


@pytest.mark.parametrize("arguments", [["nonsense"], ["run"]])
def test_an_unknown_command_sets_nothing_up(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


def test_without_a_network_it_says_so_and_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    lock = tmp_path / "some.lock"
    lock.write_text(f"no-such-package-of-anybody==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(dev.SetupError, match=r"check the network.* Run the same command again"):
        dev.install(lock)
    assert "packages 1–1 of 1" in capsys.readouterr().out


def test_an_interrupted_setup_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dev, "set_up", interrupted)
    assert dev.main(["demo"]) == 130
    assert capsys.readouterr().err == (
        "\ndev.py: interrupted. Run the same command again: it goes on where it was.\n"
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_entry_of_a_lock_file_has_its_hashes(lock: Path) -> None:
    entries = dev.requirements(lock)
    assert len(entries) == len(re.findall(r"^[a-z0-9]\S*==", lock.read_text(), re.MULTILINE)) > 50
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_files_agree_on_every_version() -> None:
    everything, *others = (
        {dev.name(entry): entry.split()[0] for entry in dev.requirements(ROOT / f"requirements{part}.lock")}
        for part in ("-dev", "-demo", "")
    )
    for other in others:
        assert {name: everything.get(name) for name in other} == other
