"""`mibot upgrade SLUG VERSION`: what `/upgrade` would do (`--dry-run`), or its change made in a clone (`--write`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import parse_version, resolve_instance
from bot.cli.common import (
    USAGE_ERROR,
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
    from rich.console import Console


def upgrade(
    slug: Annotated[str, typer.Argument(help="The instance: its slug, domain or account issue's URL.")],
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version to upgrade to.")],
    dry_run: DryRun = False,
    write: Write = False,
    repo: Repo = None,
    accept_tags: AcceptTags = False,
    checks: Annotated[bool, typer.Option(help="With --dry-run: also run the pre-upgrade checks.")] = True,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Show what an upgrade would do: the verdict, the files it changes, its pull request and the effects; or make the
    change in the work tree of a clone, for use while GitHub is down.

    The exit status is 0 when it would be or was made, 1 when it is refused, 2 for wrong use. JSON is for --dry-run.
    """
    if not dry_run and not write:
        raise error_exit(
            f"upgrades are requested on the tracker, by a comment `/upgrade {slug}`, to record who requested them; "
            "here there is only --dry-run, and --write for a clone.",
            USAGE_ERROR,
        )
    require_dry_run_or_write(dry_run, write, repo, as_json)
    target = parse_version(version)
    from bot.cli.context import exit_on_error, make_context
    from bot.cli.output_files import write_changes
    from bot.cli.views import documents
    from bot.cli.views import upgrade as upgrade_view
    from bot.domain.health.model import Phase
    from bot.domain.plans.change_set import ChangeSet
    from bot.rendering.wording import sentence

    context = make_context(repo, config)
    screen = make_console()
    with exit_on_error():
        view = context.fleet_reader.current_view()
        instance = resolve_instance(slug, view.fleet)
        preview = context.planner(frozenset([target] if accept_tags else [])).preview(view, instance, target)
        planned = preview.plan
        if not isinstance(planned, ChangeSet):
            words = sentence(preview.refusal or planned.reason)
            subject = {"instance": instance.slug, "version": str(target)}
            message = f"{instance.slug} can't be upgraded to {target}: {words}"
            raise documents.refuse(subject, words, message, as_json=as_json)
        if write:
            done = (*preview.prerequisite_changes, *planned.changes)
            write_changes(context, done)
            screen.print(upgrade_view.written_changes(planned, done))
            _warn_releases_unknown(screen, context.github is None and target.major != instance.version.major)
            return
        tracker = context.tracker_url(target)
        released = context.released(target, view.fleet)
        results = context.check_runner.run(instance.slug, Phase.BEFORE) if checks else ()
    if as_json:
        documents.print_document(upgrade_view.document(preview, planned, tracker, results))
        return
    effects = upgrade_view.effects(planned, view.fleet, released, tracker)
    known = view.fleet.golden | frozenset(released)
    for part in upgrade_view.preview_sections(
        preview, instance.version, known, tracker, effects, results, screen.width
    ):
        screen.print(part)
    _warn_releases_unknown(screen, context.github is None and target.major != instance.version.major)


def _warn_releases_unknown(screen: Console, unasked: bool) -> None:
    """Says that the golden files alone decided which version ends a major. `unasked` is whether that matters."""
    if unasked:
        screen.print("\nUpstream's releases were not read: the golden files decided which version ends a major.")
