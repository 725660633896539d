"""`mibot upgrade SLUG VERSION --dry-run`: what `/upgrade` would do, without doing it."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import WRONG_USE, Config, Repo, fail, output
from bot.cli.naming import instance_named, version_named


def upgrade(
    slug: Annotated[str, typer.Argument(help="The instance: its slug, domain or account issue's URL.")],
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version to go to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    repo: Repo = None,
    config: Config = None,
) -> None:
    """Show what an upgrade would do: the verdict, the files it changes, its pull request and the effects.

    The exit status is 0 when it would be made, 1 when it is refused, 2 for wrong use.
    """
    if not dry_run:
        raise fail(
            f"upgrades are asked for on the tracker, by a comment `/upgrade {slug}`, so that it is known who asked; "
            "here there is only --dry-run.",
            WRONG_USE,
        )
    target = version_named(version)
    from bot.cli import upgrade_view
    from bot.cli.sight import sight, told
    from bot.domain.changeset import Refusal, plan_upgrade

    looked_at = sight(repo, config)
    with told():
        fleet = looked_at.fleets.now()
        instance = instance_named(slug, fleet)
        released = looked_at.released(target, fleet)
        planned = plan_upgrade(instance, target, fleet, released)
        if isinstance(planned, Refusal):
            raise fail(f"{instance.slug} can't be upgraded to {target}: {planned.sentence}")
        tracker = looked_at.tracker(target)
        screen = output()
        changes = upgrade_view.changes(planned, looked_at.source.snapshot(), looked_at.source.contents, screen.width)
    effects = upgrade_view.effects(planned, fleet, released, tracker)
    for part in upgrade_view.parts(planned, fleet.golden | frozenset(released), tracker, effects, changes):
        screen.print(part)
    if looked_at.github is None and target.major != instance.version.major:
        screen.print("\nUpstream's releases were not asked for: the golden files told which version ends a major.")
