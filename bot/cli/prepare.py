"""`mibot prepare VERSION`: what `/prepare` would do (`--dry-run`), or its change made in a clone (`--write`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import version_named
from bot.cli.common import Accept, Config, DryRun, Repo, Write, fail, one_of, output

if TYPE_CHECKING:
    from bot.ports import Upstream


def prepare(
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version to prepare.")],
    dry_run: DryRun = False,
    write: Write = False,
    repo: Repo = None,
    upstream: Annotated[
        Path | None,
        typer.Option("--upstream", help="Upstream's Compose file of the version; else it is read from GitHub."),
    ] = None,
    accept_tags: Accept = False,
    config: Config = None,
) -> None:
    """Show what prepares a version: its golden file, made of upstream's and the global overrides, and the executors
    modules; or make that change in the work tree of a clone.

    The exit status is 0 when it would be or was made, or is there already, 1 when it is refused or the version is
    held, 2 for wrong use.
    """
    one_of(dry_run, write, repo)
    target = version_named(version)
    from bot.cli import change_view
    from bot.cli.context import sight, told
    from bot.cli.output_files import written
    from bot.domain.plans.change_set import Refusal
    from bot.domain.plans.upgrade import held

    looked_at = sight(repo, config, upstream=_upstream(repo, upstream, config))
    screen = output()
    with told():
        seen = looked_at.fleets.sighting()
        planner = looked_at.planner()
        prepared = planner.preparation(seen, target)
        plan = prepared.plan
        if isinstance(plan, Refusal):
            raise fail(f"{target} can't be prepared: {plan.sentence}")
        texts = planner.texts(seen, plan)
    if dry_run:
        for part in change_view.preparation(prepared, plan, texts, screen.width):
            screen.print(part)
    if plan.stray and not accept_tags:
        raise fail(f"{held(target, plan.stray)} Here: --accept-tags.")
    if write:
        with told():
            written(looked_at, plan.changes)
        screen.print(change_view.wrote(plan, plan.changes))


def _upstream(repo: Path | None, file: Path | None, config: Path | None) -> Upstream | None:
    """Who knows upstream's file: the disk where a file is named, else GitHub, also for a clone."""
    from bot.adapters.upstream_file import UpstreamFile

    if file is not None:
        return UpstreamFile(file)
    if repo is None:
        return None
    from bot.cli.common import settings_are_wrong
    from bot.cli.read_only import Glance
    from bot.settings import SettingsProblem, load

    try:
        return Glance(load(config)).upstream
    except SettingsProblem as error:
        hint = "without settings, upstream's file of the version has to be given: --upstream FILE"
        raise settings_are_wrong(SettingsProblem([*error.problems, hint])) from None
