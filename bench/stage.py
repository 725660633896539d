"""What benchmarks run on: one emulated GitHub behind a proxy that counts requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.adapters.blob_cache import TolerantCache
from bot.adapters.github import GitHubDeploymentRepository, Session
from demo.fleet import make_fleet
from demo.world import World
from tests.world.pool import OrgPool
from tests.world.proxy import Proxy


@contextmanager
def make_world(size: int) -> Iterator[tuple[World, Proxy]]:
    """An emulated GitHub with a fleet of `size` instances."""
    pool = OrgPool()
    try:
        with pool.fresh() as proxy:
            world = World(proxy.api_url, proxy.org, hold=proxy.webhooks.hold)
            world.build(make_fleet(size))
            yield world, proxy
    finally:
        pool.close()


def make_deployment(proxy: Proxy) -> GitHubDeploymentRepository:
    session = Session(proxy.api_url, proxy.org.app_id, proxy.org.private_key, write_interval=0)
    return GitHubDeploymentRepository(session, proxy.org.deployment, TolerantCache(None))


def count_requests(proxy: Proxy, since: int = 0) -> tuple[int, int]:
    """Reading and writing requests to the deployment repository, from the `since`-th request on."""
    sent = [e.request for e in proxy.sent()[since:] if e.request.path.startswith(f"/repos/{proxy.org.deployment}/")]
    sent = [request for request in sent if not request.path.endswith("/installation")]
    return sum(not r.writes for r in sent), sum(r.writes for r in sent)
