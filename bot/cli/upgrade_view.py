"""An upgrade as it would be made, to be read in a terminal. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cli.change_view import chapter, files, golden, reasons, wrote
from bot.cli.checks_view import checks_table
from bot.commands import all_commands
from bot.domain.fleet.model import Fleet
from bot.domain.flow.effects import Effect, EnsureTracker
from bot.domain.flow.requests import Request, View
from bot.domain.github_models import Head
from bot.domain.health.model import Result
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.preview import Preview
from bot.domain.plans.pull_request_spec import Order
from bot.domain.versions import Version, judge_step
from bot.rendering import Voice, pull_body

WHOEVER = "whoever-asks"
TRACKER = "TRACKER-URL"
WRITES = "its tree, commit, branch, pull request and label: five writing requests"

__all__ = ["effects", "parts", "wrote"]


def effects(planned: ChangeSet, fleet: Fleet, released: Collection[Version], tracker: str) -> list[Effect]:
    """What the command of the tracker would set in motion, from the command itself."""
    version = planned.version
    request = Request(0, 0, WHOEVER, (planned.slug, str(version)), version)
    plan = all_commands()["upgrade"].plan(request, View(fleet, released=released), Voice(fleet))
    first = [] if tracker else [EnsureTracker(str(version), 0, WHOEVER)]
    return [*first, *plan.effects]


def parts(
    preview: Preview,
    current: Version,
    known: Collection[Version],
    tracker: str,
    effects: Iterable[Effect],
    results: Sequence[Result],
    width: int,
) -> Iterator[RenderableType]:
    """What is printed, in order."""
    planned = preview.plan
    assert isinstance(planned, ChangeSet)  # noqa: S101 - the caller has told a refusal
    verdict = judge_step(current, planned.version, known)
    yield Text.assemble(("✓ ", "green"), (planned.slug, "bold"), f" can be upgraded: {verdict.reason}\n")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("branch", planned.branch)
    facts.add_row("title", planned.title)
    facts.add_row("label", ", ".join(planned.labels))
    facts.add_row("tracker", tracker or f"not known here; opened first if there is none ({TRACKER} below)")
    yield facts
    if preview.prepared is not None and isinstance(preview.prepared.plan, ChangeSet):
        yield from chapter("First, in a pull request of its own", reasons(preview.prepared.plan))
    yield from chapter("Changes", reasons(planned))
    yield from chapter("Files", files(planned, preview.now, width))
    if preview.golden is not None:
        yield from chapter("Golden file", golden(preview.golden, current, planned.version))
    if results:
        yield from chapter("Pre-upgrade checks", checks_table(results))
    jobs = [Text(_effect(effect)) for effect in effects]
    yield from chapter("Effects, each a durable job", Group(*jobs, Text(f"then on GitHub {WRITES}", "dim")))
    order = Order(planned, Head("", ""), tracker or TRACKER, WHOEVER, "", current, preview.golden)
    yield from chapter("Body of the pull request", Text(pull_body(order)))


def _effect(effect: Effect) -> str:
    words = " ".join(f"{name}={_value(value)}" for name, value in asdict(effect).items())
    return f"{type(effect).__name__} {words}"


def _value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
