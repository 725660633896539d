"""`mibot serve`: receives webhooks and does the work."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import logs
from bot.cli.arguments import whole_number
from bot.cli.common import Config, error_exit, load_settings


def serve(
    config: Config = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="The port to listen on.", metavar="1-65535", parser=whole_number(1, 65535))
    ] = 8080,
) -> None:
    """Receive webhooks and run the jobs, in one process."""
    settings = load_settings(config)
    logs.configure()
    from bot import server  # it imports a web server and the store, which the other commands don't need
    from bot.adapters.store.database import StoreError
    from bot.rendering.wording import describe

    try:
        server.serve(settings, host, port)
    except (StoreError, server.ListenError) as error:
        raise error_exit(describe(error.reason)) from None
