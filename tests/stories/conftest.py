"""Fixtures of the stories: a fleet on GitHub, Google's APIs, and mibot running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.cloud import Cloud
from demo.fleet import make_fleet
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story
from tests.world.proxy import Proxy


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """Google's APIs and the front ends of this worker's stories."""
    with Cloud() as cloud:
        yield cloud
        assert cloud.violations == [], "everything is asked and answered as Google describes it"


@pytest.fixture
def mibot(tmp_path: Path, proxy: Proxy, cloud: Cloud) -> Iterator[MibotProcess]:
    """A mibot that is not started yet."""
    process = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud)
    proxy.webhooks.target = process.webhook_url
    yield process
    process.kill()


@pytest.fixture
def story(world: World, proxy: Proxy, mibot: MibotProcess, cloud: Cloud) -> Story:
    """A fleet of a dozen instances whose notes name customers, with mibot running."""
    world.build(make_fleet(name_customers_in_notes=True))
    mibot.start()
    return Story(world, proxy, mibot, cloud)


@pytest.fixture
def sweeping(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> Iterator[Story]:
    """The same with a mibot that sweeps every second, which finds what no webhook reports."""
    world.build(make_fleet(name_customers_in_notes=True))
    process = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, MIBOT_RECONCILE__INTERVAL="1")
    proxy.webhooks.target = process.webhook_url
    process.start()
    yield Story(world, proxy, process, cloud)
    process.kill()


@pytest.fixture
def lagging(tmp_path: Path, world: World, proxy: Proxy, cloud: Cloud) -> Iterator[Story]:
    """The same with lists that lag two seconds behind, which mibot expects to be three at most."""
    world.build(make_fleet(name_customers_in_notes=True))
    settings = {"MIBOT_RECONCILE__INTERVAL": "1", "MIBOT_GITHUB__REPLICATION_LAG": "3"}
    process = MibotProcess(tmp_path, proxy.org, proxy.api_url, cloud, **settings)
    proxy.webhooks.target = process.webhook_url
    proxy.lag.seconds = 2.0
    process.start()
    yield Story(world, proxy, process, cloud)
    process.kill()


@pytest.fixture(autouse=True)
def _privacy(proxy: Proxy, world: World) -> Iterator[None]:
    """After every story: no text that mibot sent outside the deployment repository names a customer."""
    yield
    outside = [e.request for e in proxy.sent() if not e.request.path.startswith(f"/repos/{proxy.org.deployment}")]
    texts = [str(text).lower() for one in outside for text in (*one.strings(), one.target)]
    assert not {(name, text) for name in world.fleet.customers for text in texts if name in text}
