"""Every test gets an organization of its own."""

from __future__ import annotations

import psutil
import pytest

from tests.world.pool import OrgPool


def test_an_unused_pool_starts_nothing() -> None:
    pool = OrgPool()
    assert pool.emulators == []
    pool.close()


@pytest.mark.e2e
def test_when_all_are_used_there_are_more() -> None:
    pool = OrgPool(orgs=2)
    proxies = [pool.fresh() for _ in range(3)]
    pids = [emulator.pid for emulator in pool.emulators]
    assert [proxy.org.index for proxy in proxies] == [0, 1, 0]
    assert len(pids) == 2
    for proxy in proxies:
        proxy.close()
    pool.close()
    pool.close()
    assert not [pid for pid in pids if pid is not None and psutil.pid_exists(pid)]
