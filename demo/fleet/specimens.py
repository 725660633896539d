"""The facts of the instances of a sample fleet, before any file is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from demo.fleet.names import customer_names, stable_random

ACCOUNTS = "https://github.com/sourcegraph/accounts/issues/"
COLORS = ("red", "black")


class Hotpatch(StrEnum):
    """Where an instance overrides one service's image (domain.md, "Words")."""

    NONE = ""
    AMONG_OVERRIDES = "in docker-compose.override.yaml, beside other overrides of the same service"
    ALONE = "in docker-compose.override.yaml, as all that is overridden of its service"
    FOLDER = "in a file of the instance's overrides folder"


@dataclass(frozen=True)
class SampleInstance:
    """One instance. With `declares_active` its terraform.tfvars names the active deployment. With
    `has_both_deployments` it has both folders, red and black."""

    slug: str
    customer: str
    kind: str
    active: str
    version: str
    account: str | None = None
    public: bool = True
    has_both_deployments: bool = False
    declares_active: bool = True
    channel: str = "stable"
    trial_days: int | None = None
    note: str = ""
    skip: str = ""
    executors: bool = False
    disk: int = 250
    hotpatch: Hotpatch = Hotpatch.NONE

    @property
    def internal(self) -> bool:
        return self.kind == "internal"

    @property
    def inactive(self) -> str:
        return COLORS[1 - COLORS.index(self.active)]

    @property
    def link_path(self) -> str:
        """The link that an upgrade changes."""
        return f"{self.slug}/{self.active}/docker-compose/docker-compose.yaml"


def sample_internal_instances(running: str) -> list[SampleInstance]:
    """The internal instances of domain.md, with their notes and skip reasons."""

    def one(slug: str, active: str, **facts: object) -> SampleInstance:
        return SampleInstance(slug, slug, "internal", active, running, **facts)  # type: ignore[arg-type]

    return [
        one("rctest", "red", declares_active=False),
        one(
            "demo", "black", has_both_deployments=True, note="tell #ce first: no demos may be scheduled in that hour"
        ),
        one("tpgi", "red", note="tell #frontend-platform first"),
        one("research", "black", declares_active=False, executors=True, hotpatch=Hotpatch.ALONE),
        one("s2", "red", skip="takes nightly builds from the developer-experience team", disk=1000),
        one("devmanaged", "red", has_both_deployments=True, skip="shared by engineering"),
    ]


def sample_customer_instances(count: int, running: str, seed: int, indiscreet: bool) -> Iterator[SampleInstance]:
    """`count` customers' instances. One in three is a trial; the second one is the first customer's second
    instance."""
    names = customer_names(count, seed)
    for index, name in enumerate(names):
        second = index % 40 == 1
        owner = index - 1 if second else index
        slug = f"{names[owner]}-two" if second else name
        kind = "trial" if index % 3 == 2 else "production"
        subject = names[owner] if indiscreet else "the administrators"
        yield SampleInstance(
            slug=slug,
            customer=names[owner],
            kind=kind,
            active=COLORS[stable_random(seed, slug, 2)],
            version=running,
            account=f"{ACCOUNTS}{501 + 9 * owner}",
            public=index % 3 != 1,
            has_both_deployments=index % 5 == 0,
            declares_active=index % 5 == 0 or index % 2 == 0,
            channel=_channel(index),
            trial_days=14 if kind == "trial" and index % 2 else None,
            note=f"tell {subject} a day ahead" if index % 9 == 3 else "",
            skip=f"{subject} asked for a freeze until their audit is over" if index % 31 == 30 else "",
            executors=index % 4 == 0,
            disk=(250, 500, 1000, 2000)[stable_random(seed, f"{slug}/disk", 4)],
            hotpatch=_hotpatch(index),
        )


def _channel(index: int) -> str:
    if index % 12 == 4:
        return "pause"
    return "insiders" if index % 29 == 17 else "stable"


def _hotpatch(index: int) -> Hotpatch:
    return {3: Hotpatch.AMONG_OVERRIDES, 7: Hotpatch.ALONE, 12: Hotpatch.FOLDER}.get(index % 20, Hotpatch.NONE)
