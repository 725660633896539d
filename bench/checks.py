"""The health checks of many instances in parallel, as the engine's threads run them: seconds, requests, threads.

The checks that query GitHub (containers, pull_checks) are left out, because there is no workflow run and no pull
request.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.cloud import LATENCY, PLACES, SERVICES, start_servers
from bot.adapters.front_end import FrontEndInspector
from bot.adapters.gcp import google_query_handlers
from bot.adapters.inspectors import InspectorRouter
from bot.checks import all_checks
from bot.domain.fleet.inventory import read_fleet
from bot.domain.fleet.model import Instance
from bot.domain.git_tree import blob_sha
from bot.domain.health.model import CheckContext, CheckResult, CheckState, Phase
from bot.domain.health.queries import FrontEndQuery
from bot.services.check_runner import run_checks
from demo.fleet import make_fleet
from tests import samples

ROUNDS = {1: 5, 10: 3, 100: 1}
"""How many instances are checked, and how often; the median round is shown."""
THREADS = 8  # the number of jobs that `DurableEngine` runs at a time


@dataclass
class Measurement:
    """One check of all instances: seconds in total, seconds of mibot's processor time, and of the slowest instance;
    the slowest check; the requests by service; the most threads; and by how many MB mibot grew at most."""

    seconds: float
    processor: float
    instance: float
    check: CheckResult
    requests: list[int]
    threads: int
    megabytes: float


class ResourceMonitor(threading.Thread):
    """Watches this process until the context ends: the most threads, and by how many MB it grew at most."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process()
        self._over = threading.Event()
        self._before = self._process.memory_info().rss
        self.threads, self.megabytes = 0, 0.0

    def run(self) -> None:
        while not self._over.wait(0.01):
            self.threads = max(self.threads, threading.active_count() - 1)
            self.megabytes = max(self.megabytes, (self._process.memory_info().rss - self._before) / 2**20)

    def __enter__(self) -> ResourceMonitor:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def measure() -> None:
    """Run in a process of its own, so that nothing is loaded beforehand."""
    size = max(ROUNDS)
    files = samples.files(make_fleet(size))
    fleet = read_fleet(samples.snapshot_of(files), {blob_sha(content): content for _, content in files.values()})
    instances = list(fleet)
    assert len(instances) == size
    with start_servers(size) as servers:
        inspector = make_inspector(servers.settings)

        def examined(count: int, phase: Phase) -> Measurement:
            before, worked = servers.requests(), time.process_time()
            with ResourceMonitor() as peak:
                seconds, each, results = check_instances(instances[:count], phase, inspector)
            worked = time.process_time() - worked
            sent = [now - then for now, then in zip(servers.requests(), before, strict=True)]
            check = max(results, key=lambda result: result.seconds)
            return Measurement(seconds, worked, max(each), check, sent, peak.threads, peak.megabytes)

        print_row(1, "after, first of all", first := examined(1, Phase.AFTER), first.seconds)
        for phase in (Phase.AFTER, Phase.BEFORE):
            one = 0.0
            for count, times in ROUNDS.items():
                rounds = sorted((examined(count, phase) for _ in range(times)), key=lambda found: found.seconds)
                median = rounds[times // 2]
                one = one or median.seconds
                print_row(count, phase, median, one)


def check_instances(
    instances: Sequence[Instance], phase: Phase, inspector: InspectorRouter
) -> tuple[float, list[float], list[CheckResult]]:
    """Seconds for all instances and for each, and every check's result; all must pass."""

    def timed(instance: Instance) -> tuple[float, list[CheckResult]]:
        begun = time.perf_counter()
        subject = CheckContext(instance, phase, datetime.now(UTC), version=instance.version)
        results = run_checks(all_checks(), subject, PLACES, inspector)
        return time.perf_counter() - begun, results

    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(timed, instances))
    seconds = time.perf_counter() - started
    results = [result for _, ones in found for result in ones]
    wrong = {result.finding for result in results if result.state is not CheckState.PASS}
    assert not wrong, wrong
    return seconds, [seconds for seconds, _ in found], results


def make_inspector(settings: Mapping[str, Mapping[str, str]]) -> InspectorRouter:
    """The inspector without GitHub and Opsgenie (`Adapters.inspector`)."""
    gcp, front = settings["gcp"], settings["front_end"]
    front_ends = FrontEndInspector(front["connect_to"], Path(front["ca_file"]))
    answerers = google_query_handlers(
        *(gcp[f"{name}_endpoint"] for name in ("compute", "sqladmin", "monitoring", "alerts"))
    )
    return InspectorRouter(answerers | {FrontEndQuery: front_ends.fetch})


def print_row(count: int, phase: str, found: Measurement, one: float) -> None:
    sent = "".join(f"{requests:>11}" for requests in found.requests)
    print(
        f"{count:>9}  {phase:<20}{found.seconds:>8.2f}{found.seconds / one:>11.1f}{found.processor:>11.2f}"
        f"{found.instance:>18.2f}{found.check.seconds:>10.2f} {found.check.name:<14}{sent}{found.threads:>9}"
        f"{found.megabytes:>10.1f}",
        flush=True,
    )


def _batches() -> str:
    return ", ".join(f"{-(-count // THREADS)} for {count}" for count in ROUNDS if count > 1)


def main() -> None:
    print(
        f"Health checks side by side, {THREADS} instances at a time; without those that ask GitHub or Opsgenie\n"
        f"(every request waits {LATENCY * 1000:.0f} ms in the servers, whose process shares the processors; no ratio "
        f"can be below the number of turns: {_batches()})"
    )
    services = "".join(f"{service:>11}" for service in SERVICES)
    print(
        f"{'instances':>9}  {'phase':<20}{'seconds':>8}{'ratio to 1':>11}{'processor':>11}{'slowest instance':>18}"
        f"{'slowest check':>24} {services}{'threads':>9}{'MB grown':>10}"
    )
    command = [sys.executable, "-c", "from bench.checks import measure; measure()"]
    subprocess.run(command, check=True)
