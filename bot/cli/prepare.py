"""`mibot prepare VERSION`: what `/prepare` would do (`--dry-run`), or its change made in a clone (`--write`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import parse_version
from bot.cli.common import (
    AcceptTags,
    Config,
    DryRun,
    Json,
    Repo,
    Write,
    error_exit,
    make_console,
    require_dry_run_or_write,
)

if TYPE_CHECKING:
    from bot.ports.upstream import Upstream


def prepare(
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version to prepare.")],
    dry_run: DryRun = False,
    write: Write = False,
    repo: Repo = None,
    upstream: Annotated[
        Path | None,
        typer.Option("--upstream", help="Upstream's Compose file of the version. Default: read it from GitHub."),
    ] = None,
    accept_tags: AcceptTags = False,
    force: Annotated[
        str,
        typer.Option("--force", metavar="REASON", help="Why to prepare a version to which no instance may go next."),
    ] = "",
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Show what prepares a version: its golden file (upstream's file with the global overrides) and the executors
    modules; or make that change in the work tree of a clone.

    The exit status is 0 when it would be or was made, or already exists, 1 when it is refused or the version is
    held, 2 for wrong use. JSON is for --dry-run.
    """
    require_dry_run_or_write(dry_run, write, repo, as_json)
    target = parse_version(version)
    from bot.cli.context import exit_on_error, make_context
    from bot.cli.output_files import write_changes
    from bot.cli.views import change as change_view
    from bot.cli.views import documents
    from bot.domain.plans.change_set import ChangeSet, Refusal
    from bot.domain.plans.preparation_policy import evaluate_preparation
    from bot.domain.plans.reasons.refusals import VersionHeld
    from bot.rendering.wording import describe, sentence

    context = make_context(repo, config, upstream=_upstream(repo, upstream, config))
    screen = make_console()
    with exit_on_error():
        view = context.fleet_reader.current_view()
        planner = context.planner()
        nobody = None
        if not force.strip():
            nobody = evaluate_preparation(target, view.fleet, context.released(target, view.fleet))
        prepared = planner.preparation(view, target)
        plan = Refusal(nobody) if nobody and isinstance(prepared.plan, ChangeSet) else prepared.plan
        if isinstance(plan, Refusal):
            words = sentence(plan.reason) + (' Here: --force "reason".' if plan.reason == nobody else "")
            message = f"{target} can't be prepared: {words}"
            raise documents.refuse({"version": str(target)}, words, message, as_json=as_json)
        texts = planner.current_texts(view, plan)
    held = "" if accept_tags or not plan.mistagged_images else describe(VersionHeld(target, plan.mistagged_images))
    if as_json:
        change = documents.preparation(prepared, texts)
        documents.print_document({"version": str(target), **documents.verdict(held), "pull_request": change})
        raise typer.Exit(1 if held else 0)
    if dry_run:
        for part in change_view.preparation(prepared, plan, texts, screen.width):
            screen.print(part)
    if held:
        raise error_exit(f"{held} Here: --accept-tags.")
    if write:
        with exit_on_error():
            write_changes(context, plan.changes)
        screen.print(change_view.written_changes(plan, plan.changes))


def _upstream(repo: Path | None, file: Path | None, config: Path | None) -> Upstream | None:
    """The source of upstream's file: the disk if a file is named, else GitHub, even for a clone."""
    from bot.adapters.upstream_file import UpstreamFile

    if file is not None:
        return UpstreamFile(file)
    if repo is None:
        return None
    from bot.cli.common import settings_error
    from bot.cli.read_only import ReadOnlyWiring
    from bot.settings import SettingsError, load

    try:
        return ReadOnlyWiring(load(config)).upstream
    except SettingsError as error:
        hint = "without settings, give upstream's file of the version: --upstream FILE"
        raise settings_error(SettingsError([*error.problems, hint], error.file)) from None
