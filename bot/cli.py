"""The command line `mibot`: the same application, for people at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import __version__, logs
from bot.settings import Settings, SettingsProblem, load

app = typer.Typer(
    name="mibot",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file; else MIBOT_CONFIG, else mibot.toml here.")
]


def fail(message: str, status: int = 1) -> typer.Exit:
    """Say what is wrong on stderr; raise what this returns to end with that status."""
    typer.echo(f"mibot: {message}", err=True)
    return typer.Exit(status)


def settings_from(config: Path | None) -> Settings:
    """The settings, or every problem with them on stderr and exit status 2."""
    try:
        return load(config)
    except SettingsProblem as error:
        raise fail("the settings are not right:\n  " + "\n  ".join(error.problems), 2) from None


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", help="Show mibot's version and end.")] = False,
) -> None:
    """Upgrades a fleet of managed instances, one reviewed pull request each."""
    if version:
        typer.echo(f"mibot {__version__}")
        raise typer.Exit


@app.command()
def serve(
    config: Config = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8080,
) -> None:
    """Receive webhooks and do the work, in one process."""
    settings = settings_from(config)
    logs.configure()
    from bot import wiring  # imports the whole world, which the other commands don't need
    from bot.edges.store.database import StoreProblem

    try:
        wiring.serve(settings, host, port)
    except StoreProblem as error:
        raise fail(str(error)) from None


def main() -> None:
    """The entry point of the `mibot` command."""
    app()


if __name__ == "__main__":
    main()
