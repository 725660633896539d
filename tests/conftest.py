"""Fixtures for stories on the emulated GitHub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.world import World
from tests.world.pool import OrgPool
from tests.world.proxy import Proxy


@pytest.fixture(scope="session")
def emulator() -> Iterator[OrgPool]:
    """The emulated GitHub of this worker process. It starts when a test first needs it."""
    pool = OrgPool()
    yield pool
    pool.close()


@pytest.fixture
def proxy(emulator: OrgPool) -> Iterator[Proxy]:
    """What mibot takes for GitHub: `proxy.api_url`, `proxy.org`, and `proxy.webhooks` for the way back."""
    with emulator.fresh() as proxy:
        yield proxy


@pytest.fixture
def world(proxy: Proxy) -> World:
    """An organization of this test's own, with a dozen instances unless `world.build(…)` is called first."""
    return World(proxy.api_url, proxy.org, hold=proxy.webhooks.hold)
