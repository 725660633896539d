"""What a story needs: a world, the machines, and mibot running in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.compute import ComputeServer
from bot.demo.world import World
from tests.stories.process import Mibot
from tests.stories.story import Story
from tests.world.proxy import Proxy


@pytest.fixture(scope="session")
def compute_server() -> Iterator[ComputeServer]:
    with ComputeServer() as server:
        yield server


@pytest.fixture
def mibot(tmp_path: Path, proxy: Proxy, compute_server: ComputeServer) -> Iterator[Mibot]:
    """A mibot that is not started yet."""
    process = Mibot(tmp_path, proxy.org, proxy.api_url, compute_server.url)
    proxy.webhooks.target = process.webhook_url
    yield process
    process.kill()


@pytest.fixture
def story(world: World, proxy: Proxy, mibot: Mibot, compute_server: ComputeServer) -> Story:
    """A world of a dozen instances with mibot up and running in it."""
    world.build()
    mibot.start()
    return Story(world, proxy, mibot, compute_server)
