"""What the instances of an invented fleet are like, before any file is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from demo.fleet.names import customer_names, draw

ACCOUNTS = "https://github.com/sourcegraph/accounts/issues/"
COLOURS = ("red", "black")


class Hotpatch(StrEnum):
    """Where an instance overrides one service's image (domain.md, "Words")."""

    NONE = ""
    AMONG_OVERRIDES = "in docker-compose.override.yaml, beside other overrides of the same service"
    ALONE = "in docker-compose.override.yaml, as all that is overridden of its service"
    FOLDER = "in a file of the instance's overrides folder"


@dataclass(frozen=True)
class Specimen:
    """One instance. `keyed`: terraform.tfvars says which deployment is active; `both`: red and black exist."""

    slug: str
    customer: str
    kind: str
    active: str
    running: str
    account: str | None = None
    public: bool = True
    both: bool = False
    keyed: bool = True
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
    def other(self) -> str:
        return COLOURS[1 - COLOURS.index(self.active)]

    @property
    def link_path(self) -> str:
        """The link that an upgrade moves."""
        return f"{self.slug}/{self.active}/docker-compose/docker-compose.yaml"


def internal_specimens(running: str) -> list[Specimen]:
    """The internal instances of domain.md, with the notes and reasons it gives."""

    def one(slug: str, active: str, **facts: object) -> Specimen:
        return Specimen(slug, slug, "internal", active, running, **facts)  # type: ignore[arg-type]

    return [
        one("rctest", "red", keyed=False),
        one("demo", "black", both=True, note="tell #ce first: no demos may be scheduled in that hour"),
        one("tpgi", "red", note="tell #frontend-platform first"),
        one("research", "black", keyed=False, executors=True, hotpatch=Hotpatch.ALONE),
        one("s2", "red", skip="takes nightly builds from the developer-experience team", disk=1000),
        one("devmanaged", "red", both=True, skip="shared by engineering"),
    ]


def customer_specimens(count: int, running: str, seed: int, indiscreet: bool) -> Iterator[Specimen]:
    """`count` customers' instances: one in three a trial, the second one the first customer's second instance."""
    names = customer_names(count, seed)
    for index, name in enumerate(names):
        second = index % 40 == 1
        owner = index - 1 if second else index
        slug = f"{names[owner]}-two" if second else name
        kind = "trial" if index % 3 == 2 else "production"
        subject = names[owner] if indiscreet else "the administrators"
        yield Specimen(
            slug=slug,
            customer=names[owner],
            kind=kind,
            active=COLOURS[draw(seed, slug, 2)],
            running=running,
            account=f"{ACCOUNTS}{501 + 9 * owner}",
            public=index % 3 != 1,
            both=index % 5 == 0,
            keyed=index % 5 == 0 or index % 2 == 0,
            channel=_channel(index),
            trial_days=14 if kind == "trial" and index % 2 else None,
            note=f"tell {subject} a day ahead" if index % 9 == 3 else "",
            skip=f"{subject} asked for a freeze until their audit is over" if index % 31 == 30 else "",
            executors=index % 4 == 0,
            disk=(250, 500, 1000, 2000)[draw(seed, f"{slug}/disk", 4)],
            hotpatch=_hotpatch(index),
        )


def _channel(index: int) -> str:
    if index % 12 == 4:
        return "pause"
    return "insiders" if index % 29 == 17 else "stable"


def _hotpatch(index: int) -> Hotpatch:
    return {3: Hotpatch.AMONG_OVERRIDES, 7: Hotpatch.ALONE, 12: Hotpatch.FOLDER}.get(index % 20, Hotpatch.NONE)
