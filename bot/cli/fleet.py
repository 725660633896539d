"""`mibot fleet`: every instance in order of work, and what can't be read."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.arguments import parse_version
from bot.cli.common import Config, Json, Repo, make_console


def fleet(
    repo: Repo = None,
    version: Annotated[
        str | None,
        typer.Option(
            "--version",
            metavar="X.Y.Z",
            help="Show whether each instance can be upgraded to this version.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """List the instances in upgrade order, then the folders that can't be read.

    JSON has the keys version, instances, problems, suspended, golden and counts.
    """
    target = parse_version(version) if version else None
    from bot.cli.context import exit_on_error, make_context
    from bot.cli.views import fleet as fleet_view

    context = make_context(repo, config)
    with exit_on_error():
        found = context.fleet_reader.current()
        known = found.golden | frozenset(context.released(target, found) if target else ())
    if as_json:
        typer.echo(json.dumps(fleet_view.document(found, target, known), indent=2, ensure_ascii=False))
        return
    screen = make_console()
    screen.print(fleet_view.instances(found, target, known, screen.width))
    if found.problems:
        screen.print()
        screen.print(fleet_view.problems(found))
    screen.print()
    screen.print(fleet_view.summary(found), markup=False)
