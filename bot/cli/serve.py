"""`mibot serve`: receives webhooks and does the work."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import logs
from bot.cli.common import Config, fail, settings_from


def serve(
    config: Config = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8080,
) -> None:
    """Receive webhooks and do the work, in one process."""
    settings = settings_from(config)
    logs.configure()
    from bot import server as serving  # imports a server and the store, which the other commands don't need
    from bot.adapters.store.database import StoreProblem

    try:
        serving.serve(settings, host, port)
    except StoreProblem as error:
        raise fail(str(error)) from None
