"""An upgrade that would be made, in a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cli.views import documents
from bot.cli.views.change import files, golden, reasons, section, written_changes
from bot.cli.views.checks import checks_table
from bot.commands import all_commands
from bot.domain.chat.requests import CommandContext, CommandRequest
from bot.domain.effects import Effect
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import Head
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeSet
from bot.domain.plans.preview import UpgradePreview
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.version_steps import evaluate_step
from bot.domain.versions import Version
from bot.rendering.pull_requests import render_pull_request_body
from bot.rendering.wording import describe

PLACEHOLDER_AUTHOR = "whoever-asks"
PLACEHOLDER_TRACKER = "TRACKER-URL"
GITHUB_WRITES = "its tree, commit, branch, pull request and label: five writing requests"

__all__ = ["document", "effects", "preview_sections", "written_changes"]


def effects(planned: ChangeSet, fleet: Fleet, released: Collection[Version], tracker: str) -> list[Effect]:
    """The effects that `/upgrade` on the tracker would start, from the command itself."""
    version = planned.version
    request = CommandRequest(0, 0, PLACEHOLDER_AUTHOR, (planned.slug, str(version)), version)
    plan = all_commands()["upgrade"].plan(request, CommandContext(fleet, released=released))
    first = [] if tracker else [EnsureTracker(str(version), 0, PLACEHOLDER_AUTHOR)]
    return [*first, *plan.effects]


def document(
    preview: UpgradePreview, planned: ChangeSet, tracker: str, results: Sequence[CheckResult]
) -> documents.Document:
    """The dry run for scripts. `tracker` is empty where it is unknown."""
    now = preview.current_contents
    return {
        "instance": planned.slug,
        "version": str(planned.version),
        **documents.verdict(""),
        "tracker": tracker or None,
        "pull_request": documents.change_set(planned, now),
        "preparation": documents.preparation(preview.preparation, now),
        "checks": documents.checks(results),
    }


def preview_sections(
    preview: UpgradePreview,
    current: Version,
    known: Collection[Version],
    tracker: str,
    effects: Iterable[Effect],
    results: Sequence[CheckResult],
    width: int,
) -> Iterator[RenderableType]:
    """The parts of a dry run, in order."""
    planned = preview.plan
    if not isinstance(planned, ChangeSet):
        raise TypeError("a refusal has no sections: the caller words it")
    verdict = evaluate_step(current, planned.version, known)
    yield Text.assemble(("✓ ", "green"), (planned.slug, "bold"), f" can be upgraded: {describe(verdict.reason)}\n")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("branch", planned.branch)
    facts.add_row("title", planned.title)
    facts.add_row("label", ", ".join(planned.labels))
    facts.add_row("tracker", tracker or f"unknown here; opened first if there is none ({PLACEHOLDER_TRACKER} below)")
    yield facts
    if preview.preparation is not None and isinstance(preview.preparation.plan, ChangeSet):
        yield from section("First, in its own pull request", reasons(preview.preparation.plan))
    yield from section("Changes", reasons(planned))
    yield from section("Files", files(planned, preview.current_contents, width))
    if preview.golden_diff is not None:
        yield from section("Golden file", golden(preview.golden_diff, current, planned.version))
    if results:
        yield from section("Pre-upgrade checks", checks_table(results))
    jobs = [Text(_format_effect(effect)) for effect in effects]
    yield from section("Effects, each a durable job", Group(*jobs, Text(f"then on GitHub {GITHUB_WRITES}", "dim")))
    spec = PullRequestSpec(
        planned, Head("", ""), tracker or PLACEHOLDER_TRACKER, PLACEHOLDER_AUTHOR, None, current, preview.golden_diff
    )
    yield from section("Body of the pull request", Text(render_pull_request_body(spec)))


def _format_effect(effect: Effect) -> str:
    words = " ".join(f"{name}={_format_value(value)}" for name, value in asdict(effect).items())
    return f"{type(effect).__name__} {words}"


def _format_value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
