"""Reading the fleet: cold (empty cache), warm (nothing changed), and after one instance changed."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass

import psutil

from bench.stage import count_requests, make_deployment, make_world
from bot.services.fleet_reader import FleetReader
from demo.fleet import File

SIZES = (10, 100, 1000)


@dataclass
class Row:
    size: int
    what: str
    requests: int
    seconds: float
    megabytes: float


def measure(size: int) -> list[Row]:
    """Run in a process of its own, so that the memory is that of this size alone."""
    rows = []
    with make_world(size) as (world, proxy):
        fleets = FleetReader(make_deployment(proxy).files)
        process = psutil.Process()

        def refresh(what: str) -> None:
            since, before, started = len(proxy.sent()), process.memory_info().rss, time.perf_counter()
            fleet = fleets.current()
            seconds = time.perf_counter() - started
            assert len(fleet) == size
            grown = max(process.memory_info().rss - before, 0) / 2**20
            rows.append(Row(size, what, count_requests(proxy, since)[0], seconds, grown))

        refresh("cold")
        refresh("warm, nothing changed")
        config = world.read_file("main", "rctest/config.yaml")
        world.commit("olive", [File.plain("rctest/config.yaml", f"{config.content}# seen\n")])
        refresh("warm, one file changed")
    return rows


def main() -> None:
    print(
        "Fleet refresh (requests include the token's and the default branch's once; the proxy adds about 0.2 ms each)"
    )
    print(f"{'instances':>9}  {'what':<24}{'requests':>9}{'seconds':>9}{'MB grown':>10}{'ratio to cold':>15}")
    for size in SIZES:
        command = [sys.executable, "-c", f"from bench.fleet_refresh import show; show({size})"]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def print_rows(size: int) -> None:
    rows = measure(size)
    for row in rows:
        ratio = row.seconds / rows[0].seconds
        print(
            f"{row.size:>9}  {row.what:<24}{row.requests:>9}{row.seconds:>9.3f}{row.megabytes:>10.1f}{ratio:>15.3f}"
        )
