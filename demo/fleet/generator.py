"""Puts a deployment repository together. Pure: the same arguments make the same files, on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice

from demo.fleet.breakage import Breakage, broken_files
from demo.fleet.files import DeploymentRepository, File
from demo.fleet.instance import EARLIER, instance_files
from demo.fleet.shared import shared_files
from demo.fleet.specimens import Specimen, customer_specimens, internal_specimens

RUNNING = "3.40.0"
TARGET = "3.40.1"
GOLDEN = (EARLIER, RUNNING, TARGET, "3.41.0")


def make_fleet(
    size: int = 12,
    *,
    seed: int = 1,
    broken: Iterable[Breakage] = (),
    running: str = RUNNING,
    golden: Iterable[str] = GOLDEN,
    indiscreet: bool = False,
) -> DeploymentRepository:
    """A repository of `size` readable instances, all on `running`: the internal ones first, then customers.

    `broken` adds one customer's folder each that can't be read. `golden` are the versions that have a golden file.
    `indiscreet` lets customers' notes and reasons name the customer, as people's notes do.
    """
    kinds = tuple(broken)
    internal = internal_specimens(running)[:size]
    customers = customer_specimens(size - len(internal) + 2 * len(kinds), running, seed, indiscreet)
    readable = [*internal, *islice(customers, size - len(internal))]
    unreadable = _singles(customers, len(kinds))
    files = chain(
        shared_files(running, golden),
        chain.from_iterable(instance_files(specimen) for specimen in readable),
        chain.from_iterable(broken_files(*pair) for pair in zip(unreadable, kinds, strict=True)),
    )
    return DeploymentRepository(_by_path(files), tuple(readable), tuple(unreadable))


def _singles(specimens: Iterable[Specimen], count: int) -> list[Specimen]:
    """The next `count` that are no customer's second instance, with one deployment each."""
    alone = (replace(one, both=False, keyed=True) for one in specimens if one.slug == one.customer)
    return list(islice(alone, count))


def _by_path(files: Iterable[File]) -> dict[str, File]:
    return {file.path: file for file in sorted(files, key=lambda file: file.path)}
