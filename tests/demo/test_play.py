"""What the demo does when a step fails, and its parts."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bot.settings import load
from demo.emulator import private_key_pem
from demo.organization import make_orgs
from demo.story import play
from demo.story.client import DemoClient, DemoInfo, NoDemoError, info_path, publish_info
from demo.story.mibot_process import make_settings
from demo.story.screen import Screen, StepTimeoutError


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=80)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Replaces the environment by one that only records when it starts and ends."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    seen: list[str] = []

    @contextmanager
    def set_up(*_: object) -> Iterator[Any]:
        seen.append("up")
        try:
            service = SimpleNamespace(tail=lambda: "the last line of the log", config=tmp_path / "mibot.toml")
            yield SimpleNamespace(service=service, world=SimpleNamespace(api_url="http://127.0.0.1:1"))
        finally:
            seen.append("down")

    monkeypatch.setattr(play, "start_environment", set_up)
    return seen


def replace_story(monkeypatch: pytest.MonkeyPatch, what: BaseException | None) -> None:
    """Replaces the story by one that raises `what`."""

    def tell() -> None:
        if what:
            raise what

    monkeypatch.setattr(play, "MainJobStory", lambda *_: SimpleNamespace(run=tell))
    monkeypatch.setattr(play, "FollowUpStory", lambda *_: SimpleNamespace(run=lambda _: None))


def test_a_step_that_is_not_in_time(console: Console, stages: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    replace_story(monkeypatch, StepTimeoutError("the tracker is there: not within 60 s"))
    before = signal.getsignal(signal.SIGTERM)
    assert play.play(console, 12, None, stay=True) == 1
    assert stages == ["up", "down"]
    assert "the last line of the log" in shown(console)
    assert shown(console).rstrip().endswith("✗ the tracker is there: not within 60 s")
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_in_the_middle(console: Console, stages: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    replace_story(monkeypatch, KeyboardInterrupt())
    assert play.play(console, 12, None, stay=True) == 130
    assert stages == ["up", "down"]


def test_a_story_that_was_told(console: Console, stages: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    replace_story(monkeypatch, None)
    assert play.play(console, 12, None, stay=False) == 0
    assert "Finished in 0 s" in shown(console)


def test_waiting_ends_in_time_or_with_mibot(console: Console) -> None:
    screen = Screen(console)
    assert screen.wait("a step", lambda: "there", 1, lambda: True) == "there"
    with pytest.raises(StepTimeoutError, match="a step: not within 0 s"):
        screen.wait("a step", lambda: None, 0.01, lambda: True)
    with pytest.raises(StepTimeoutError, match="a step: mibot has ended"):
        screen.wait("a step", lambda: None, 60, lambda: False)


COMPUTE = "http://127.0.0.1:3"


def test_the_settings_of_the_demo_are_complete_and_right(tmp_path: Path) -> None:
    (org,) = make_orgs(1, private_key_pem(), "http://127.0.0.1:1/")
    file = tmp_path / "mibot.toml"
    file.write_text(make_settings(org, tmp_path, "http://127.0.0.1:2", {"gcp": {"compute_endpoint": COMPUTE}}))
    settings = load(file)
    assert settings.github.read_private_key() == org.private_key.strip()
    assert settings.policy.operators == (org.operators,)
    assert settings.gcp.compute_endpoint == COMPUTE
    assert (tmp_path / "private-key.pem").stat().st_mode & 0o077 == 0


def test_of_two_demos_the_later_one_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = (DemoInfo(pid, "http://127.0.0.1:1", 2, "mibot.toml") for pid in (1, 2))
    with publish_info(first):
        with publish_info(second):
            assert '"pid": 2' in info_path().read_text()
        assert not info_path().exists()
    with pytest.raises(NoDemoError, match="No demo of this folder is running"):
        DemoClient()
    with publish_info(second):
        with publish_info(first):
            info_path().write_text("{}")
        assert info_path().exists(), "somebody else's notice stays"
