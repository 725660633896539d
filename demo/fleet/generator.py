"""Generates a deployment repository. Pure: the same arguments give the same files on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice

from demo.fleet.breakage import Defect, broken_files
from demo.fleet.files import File, SampleRepository
from demo.fleet.instance import PREVIOUS_VERSION, instance_files
from demo.fleet.shared import shared_files
from demo.fleet.specimens import SampleInstance, sample_customer_instances, sample_internal_instances

RUNNING = "3.40.0"
TARGET = "3.40.1"
GOLDEN = (PREVIOUS_VERSION, RUNNING, TARGET, "3.41.0")


def make_fleet(
    size: int = 12,
    *,
    seed: int = 1,
    broken: Iterable[Defect] = (),
    running: str = RUNNING,
    golden: Iterable[str] = GOLDEN,
    name_customers_in_notes: bool = False,
) -> SampleRepository:
    """A repository of `size` readable instances, all on `running`: the internal ones first, then customers.

    `broken` adds one unreadable customer's folder for each defect. `golden` are the versions that have a golden file.
    With `name_customers_in_notes` customers' notes and reasons name the customer, as people's notes do.
    """
    kinds = tuple(broken)
    internal = sample_internal_instances(running)[:size]
    customers = sample_customer_instances(
        size - len(internal) + 2 * len(kinds), running, seed, name_customers_in_notes
    )
    readable = [*internal, *islice(customers, size - len(internal))]
    unreadable = _single_deployment_customers(customers, len(kinds))
    files = chain(
        shared_files(running, golden),
        chain.from_iterable(instance_files(specimen) for specimen in readable),
        chain.from_iterable(broken_files(*pair) for pair in zip(unreadable, kinds, strict=True)),
    )
    return SampleRepository(_by_path(files), tuple(readable), tuple(unreadable))


def _single_deployment_customers(specimens: Iterable[SampleInstance], count: int) -> list[SampleInstance]:
    """The next `count` instances that are a customer's only one, with one deployment each."""
    alone = (
        replace(one, has_both_deployments=False, declares_active=True)
        for one in specimens
        if one.slug == one.customer
    )
    return list(islice(alone, count))


def _by_path(files: Iterable[File]) -> dict[str, File]:
    return {file.path: file for file in sorted(files, key=lambda file: file.path)}
