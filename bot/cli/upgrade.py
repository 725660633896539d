"""`mibot upgrade SLUG VERSION`: what `/upgrade` would do (`--dry-run`), or its change made in a clone (`--write`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import instance_named, version_named
from bot.cli.common import WRONG_USE, Accept, Config, DryRun, Repo, Write, fail, one_of, output

if TYPE_CHECKING:
    from rich.console import Console


def upgrade(
    slug: Annotated[str, typer.Argument(help="The instance: its slug, domain or account issue's URL.")],
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version to go to.")],
    dry_run: DryRun = False,
    write: Write = False,
    repo: Repo = None,
    accept_tags: Accept = False,
    checks: Annotated[bool, typer.Option(help="With --dry-run: run the pre-upgrade checks, too.")] = True,
    config: Config = None,
) -> None:
    """Show what an upgrade would do: the verdict, the files it changes, its pull request and the effects; or make the
    change in the work tree of a clone, for a day on which GitHub is down.

    The exit status is 0 when it would be or was made, 1 when it is refused, 2 for wrong use.
    """
    if not dry_run and not write:
        raise fail(
            f"upgrades are asked for on the tracker, by a comment `/upgrade {slug}`, so that it is known who asked; "
            "here there are only --dry-run, and --write for a clone.",
            WRONG_USE,
        )
    one_of(dry_run, write, repo)
    target = version_named(version)
    from bot.cli import upgrade_view
    from bot.cli.context import sight, told
    from bot.cli.output_files import written
    from bot.domain.health.model import Phase
    from bot.domain.plans.change_set import ChangeSet

    looked_at = sight(repo, config)
    screen = output()
    with told():
        seen = looked_at.fleets.sighting()
        instance = instance_named(slug, seen.fleet)
        preview = looked_at.planner(frozenset([target] if accept_tags else [])).preview(seen, instance, target)
        planned = preview.plan
        if not isinstance(planned, ChangeSet):
            raise fail(f"{instance.slug} can't be upgraded to {target}: {preview.refusal}")
        if write:
            done = (*preview.first, *planned.changes)
            written(looked_at, done)
            screen.print(upgrade_view.wrote(planned, done))
            _caution(screen, looked_at.github is None and target.major != instance.version.major)
            return
        tracker = looked_at.tracker(target)
        released = looked_at.released(target, seen.fleet)
        results = looked_at.examiner.examine(instance.slug, Phase.BEFORE) if checks else ()
    effects = upgrade_view.effects(planned, seen.fleet, released, tracker)
    known = seen.fleet.golden | frozenset(released)
    for part in upgrade_view.parts(preview, instance.version, known, tracker, effects, results, screen.width):
        screen.print(part)
    _caution(screen, looked_at.github is None and target.major != instance.version.major)


def _caution(screen: Console, unasked: bool) -> None:
    """On a clone nobody knows but the golden files which version ends a major."""
    if unasked:
        screen.print("\nUpstream's releases were not asked for: the golden files told which version ends a major.")
