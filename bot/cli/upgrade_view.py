"""An upgrade as it would be made, to be read in a terminal. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.commands import all_commands
from bot.domain.changeset import UPGRADE_LABEL, ChangeSet
from bot.domain.commanding import Request, View
from bot.domain.effects import Effect, EnsureTracker
from bot.domain.model import FileChange, Fleet, Snapshot
from bot.domain.versions import Version, judge_step
from bot.terminal import diff, moved
from bot.voice import Voice, pull_body

WHOEVER = "whoever-asks"
TRACKER = "TRACKER-URL"
WRITES = "its tree, commit, branch, pull request and label: five writing requests"
Contents = Callable[[Iterable[str]], Mapping[str, bytes]]


def effects(planned: ChangeSet, fleet: Fleet, released: Collection[Version], tracker: str) -> list[Effect]:
    """What the command of the tracker would set in motion, from the command itself."""
    version = planned.target
    request = Request(0, 0, WHOEVER, (planned.instance.slug, str(version)), version)
    plan = all_commands()["upgrade"].plan(request, View(fleet, released=released), Voice(fleet))
    first = [] if tracker else [EnsureTracker(str(version), 0, WHOEVER)]
    return [*first, *plan.effects]


def changes(planned: ChangeSet, snapshot: Snapshot, contents: Contents, width: int) -> RenderableType:
    """Every file that changes: where its link leads, or what changes in its text."""
    shown: list[RenderableType] = []
    for change in planned.changes:
        shown += [Text(change.path, "bold"), Padding(_change(change, snapshot, contents, width - 4), (0, 0, 0, 2))]
    return Group(*shown)


def _change(change: FileChange, snapshot: Snapshot, contents: Contents, width: int) -> Text:
    entry = snapshot.files.get(change.path)
    old = contents([entry.sha])[entry.sha].decode(errors="replace") if entry else ""
    if change.content is None:
        return Text("removed", "red")
    if change.mode == "120000" and entry is not None and entry.is_link:
        return moved(old, change.content, width)
    return diff(old, change.content)


def parts(
    planned: ChangeSet, known: Collection[Version], tracker: str, effects: Iterable[Effect], changes: RenderableType
) -> Iterator[RenderableType]:
    """What is printed, in order."""
    instance = planned.instance
    verdict = judge_step(instance.version, planned.target, known)
    yield Text.assemble(("✓ ", "green"), (instance.slug, "bold"), f" can be upgraded: {verdict.reason}\n")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("branch", planned.branch)
    facts.add_row("title", planned.title)
    facts.add_row("label", UPGRADE_LABEL)
    facts.add_row("tracker", tracker or f"not known here; opened first if there is none ({TRACKER} below)")
    yield facts
    yield from _chapter("Files", changes)
    jobs = [Text(_effect(effect)) for effect in effects]
    yield from _chapter("Effects, each a durable job", Group(*jobs, Text(f"then on GitHub {WRITES}", "dim")))
    body = pull_body(planned, tracker or TRACKER, WHOEVER)
    yield from _chapter("Body of the pull request", Text(body))


def _chapter(title: str, content: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold cyan")
    yield Padding(content, (0, 0, 0, 2))


def _effect(effect: Effect) -> str:
    words = " ".join(f"{name}={value}" for name, value in asdict(effect).items())
    return f"{type(effect).__name__} {words}"
