"""`mibot check SLUG`: runs the health checks of one instance now."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.arguments import resolve_instance
from bot.cli.common import Config, Json, Repo, make_console

EXIT_CODES = {"pass": 0, "fail": 1, "unknown": 3}
"""The exit status by the overall state. Wrong use has the status 2."""


def check(
    slug: Annotated[str, typer.Argument(help="The instance: its slug, domain or account issue's URL.")],
    repo: Repo = None,
    as_json: Json = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also show mibot's log, on standard error.")] = False,
    config: Config = None,
) -> None:
    """Run an instance's health checks now.

    The exit status is 0 when all pass, 1 when one fails, 3 when the result is unknown, 2 for wrong use.
    """
    from bot.cli.context import exit_on_error, make_context
    from bot.cli.views.checks import checks_table
    from bot.cli.views.documents import checks, print_document
    from bot.domain.health.model import Phase, worst_state

    context = make_context(repo, config, "info" if verbose else "error")
    with exit_on_error(EXIT_CODES["unknown"]):
        instance = resolve_instance(slug, context.fleet_reader.current())
        results = context.check_runner.run(instance.slug, Phase.NOW)
    state = worst_state(results)
    if as_json:
        print_document({"instance": instance.slug, "state": state, "results": checks(results)})
    else:
        screen = make_console()
        screen.print(f"[bold]{instance.slug}[/] ({instance.domain}), {instance.active}, {instance.version}\n")
        screen.print(checks_table(results))
        for result in results:
            if result.link and result.state != "pass":
                screen.print(f"\n{result.title}: {result.link}", markup=False, soft_wrap=True)
    raise typer.Exit(EXIT_CODES[state])
