"""Planning the upgrade of a whole fleet that was read already: seconds, memory, golden merges."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import psutil

from bot.domain.fleet.inventory import read_fleet
from bot.domain.git_tree import blob_sha
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.checkout import Checkout, with_changes
from bot.domain.plans.preparation import plan_preparation
from bot.domain.plans.upgrade import PlanContext, plan_upgrade
from bot.domain.versions import Version
from bot.formats import compose
from demo.fleet import compose_file, make_fleet
from tests import samples

SIZES = (10, 100, 1000)
TARGET = Version(3, 40, 2)
KNOWN = {
    "link and hotpatches": PlanContext(),
    "with a module tag": PlanContext(module_tags=frozenset({"mi-module-v3.40.2-v1"})),
}


def measure(size: int) -> None:
    """Run in a process of its own, so that the memory is that of this size alone and nothing is cached."""
    files = samples.files(make_fleet(size))
    snapshot = samples.snapshot_of(files)
    contents = {blob_sha(content): content for _, content in files.values()}
    started = time.perf_counter()
    fleet = read_fleet(snapshot, contents)
    reading = time.perf_counter() - started
    merges = _count_merges()
    before, started = psutil.Process().memory_info().rss, time.perf_counter()
    prepared = plan_preparation(TARGET, compose_file(str(TARGET)), Checkout(snapshot, contents))
    assert isinstance(prepared, ChangeSet), prepared
    checkout = with_changes(Checkout(snapshot, contents), prepared.changes)
    _print_row(size, "the golden merge", started, before, reading, merges, 1)
    for what, known in KNOWN.items():
        before, started = psutil.Process().memory_info().rss, time.perf_counter()
        plans = [plan_upgrade(instance, TARGET, checkout, known) for instance in fleet]
        made = sum(isinstance(plan, ChangeSet) for plan in plans)
        assert made == sum(not instance.skip_reason for instance in fleet)
        _print_row(size, what, started, before, reading, merges, made)


def _count_merges() -> list[str]:
    """Count the golden merges from now on; the list gets an entry for each."""
    merges: list[str] = []
    merge = compose.merge_files

    def counting(*arguments: Any, **named: Any) -> compose.MergeResult:
        merges.append("merged")
        return merge(*arguments, **named)

    compose.merge_files = counting
    return merges


def _print_row(
    size: int, what: str, started: float, before: int, reading: float, merges: list[str], made: int
) -> None:
    seconds = time.perf_counter() - started
    grown = max(psutil.Process().memory_info().rss - before, 0) / 2**20
    print(f"{size:>9}  {what:<22}{made:>7}{seconds:>10.3f}{seconds / reading:>18.2f}{grown:>10.1f}{len(merges):>8}")


def main() -> None:
    print("Planning an upgrade of every instance, without I/O (in a process of its own, caches cold)")
    print(
        f"{'instances':>9}  {'what':<22}{'plans':>7}{'seconds':>10}{'ratio to reading':>18}"
        f"{'MB grown':>10}{'merges':>8}"
    )
    for size in SIZES:
        command = [sys.executable, "-c", f"from bench.plans import measure; measure({size})"]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)
