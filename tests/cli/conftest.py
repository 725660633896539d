"""The command line as people use it: in an empty folder, on a clone or on the emulated GitHub."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from demo.cloud import Cloud
from demo.fleet import Defect, make_fleet
from demo.google.compute import ComputeServer
from demo.story.mibot_process import make_settings
from demo.world import World

RunMibot = Callable[..., Result]
WriteSettings = Callable[..., Path]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of a deployment repository with a dozen instances, and one folder more for each way to be broken."""
    folder = tmp_path_factory.mktemp("clone")
    make_fleet(broken=tuple(Defect)).write_to(folder)
    return folder


@pytest.fixture
def mibot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunMibot]:
    """Runs `mibot ARGS` in an empty folder, without any setting of this machine, in a terminal with `columns`."""
    for name in [name for name in os.environ if name.startswith(("MIBOT_", "GOOGLE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.logs.configure", lambda *_: None)  # logging is the whole test process's
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

    def run(*arguments: object, columns: int = 200) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": str(columns)})

    yield run
    structlog.configure(**before)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """Google's APIs and the instances' front ends."""
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def machines(cloud: Cloud) -> ComputeServer:
    return cloud.compute


@pytest.fixture
def configured(tmp_path: Path, world: World, cloud: Cloud) -> WriteSettings:
    """Writes a mibot.toml for the test's organization, with lines replaced as `old="new"` says."""

    def write(**changed: str) -> Path:
        text = make_settings(world.org, tmp_path, world.api_url, cloud.settings)
        project = f'[gcp]\nproject_template = "{world.org.name}-managed-{{slug}}"'
        for old, new in {"[gcp]": project, **changed}.items():
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "mibot.toml"
        file.write_text(text)
        return file

    return write
