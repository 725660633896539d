"""`mibot evidence VERSION`: what was done for a version, for whoever has to prove it."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import parse_version
from bot.cli.common import USAGE_ERROR, Config, Json, error_exit, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cli.read_only import ReadOnlyWiring
    from bot.domain.audit.evidence import Evidence
    from bot.domain.tracker.record import TrackerRecord
    from bot.domain.upgrade.record import Upgrade
    from bot.domain.versions import Version

EXIT_INCOMPLETE = 3
"""The exit status when a control is not satisfied."""


class Format(StrEnum):
    """The forms of the evidence."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def _parse_format(word: str) -> Format:
    try:
        return Format(word)
    except ValueError:
        raise typer.BadParameter("it must be markdown, json or csv.") from None


def evidence(
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version that was rolled out.")],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Markdown for people, JSON for programs, CSV for spreadsheets. Default: markdown.",
            metavar="markdown|json|csv",
            parser=_parse_format,
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--output", help="Write to this file, not to standard output.", show_default=False),
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Show an auditor what was done for a version, instance by instance: who requested, approved and merged, backups,
    deployment, health checks, and what is missing for which SOC 2 control.

    Customers are named by their account issues. The data comes from the store of the running mibot, on its machine.

    The exit status is 0 when every instance that has a record satisfies all controls, 3 when something is missing, 1
    when it can't be determined, 2 for wrong use.
    """
    target = parse_version(version)
    if as_json and form not in {None, Format.JSON}:
        raise error_exit(f"give either --json or --format {form}, not both.", USAGE_ERROR)
    from bot import logs
    from bot.cli.context import exit_on_error
    from bot.cli.read_only import ReadOnlyWiring
    from bot.rendering.evidence import verdict

    logs.configure("warning")
    wiring = ReadOnlyWiring(load_settings(config))
    with exit_on_error():
        found = _gather_evidence(wiring, target)
    if found is None:
        raise error_exit(
            f"mibot has no data about {target}: there is neither a tracker nor a record of an upgrade to it."
        )
    _write(_format_evidence(found, Format.JSON if as_json else form or Format.MARKDOWN), file)
    if found.incomplete:
        raise error_exit(f"{verdict(found)}.", EXIT_INCOMPLETE)


def _gather_evidence(wiring: ReadOnlyWiring, version: Version) -> Evidence | None:
    """The evidence from the store and the current fleet, or None if there is no record and no tracker."""
    from bot.domain.audit.evidence import collect_evidence
    from bot.wiring.services import utc_now

    upgrades, tracker = _records(wiring, version)
    if not upgrades and tracker is None:
        return None
    return collect_evidence(
        version,
        wiring.fleet_reader.current(),
        upgrades,
        tracker,
        utc_now(),
        four_eyes=wiring.settings.policy.four_eyes,
    )


def _records(wiring: ReadOnlyWiring, version: Version) -> tuple[Sequence[Upgrade], TrackerRecord | None]:
    """Every upgrade to the version and its tracker. Ends with status 1 if this machine does not have the store."""
    from sqlalchemy.exc import SQLAlchemyError

    store = wiring.existing_store
    if store is None:
        raise error_exit("mibot has no store on this machine; run this where `mibot serve` runs, with its settings.")
    try:
        return store.upgrades(version), store.tracker(version)
    except SQLAlchemyError:
        raise error_exit(
            "the store does not belong to this version of mibot; check store.url, and run `mibot doctor`."
        ) from None


def _format_evidence(found: Evidence, form: Format) -> str:
    """The evidence in one of its forms."""
    if form is Format.JSON:
        import json

        from bot.rendering.evidence.document import to_document

        return f"{json.dumps(to_document(found), indent=2, ensure_ascii=False)}\n"
    if form is Format.CSV:
        from bot.rendering.evidence.table import to_csv

        return to_csv(found)
    from bot.rendering.evidence import render_evidence_report

    return render_evidence_report(found)


def _write(text: str, file: Path | None) -> None:
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        # A new file is its owner's alone; one that is there keeps the rights that its owner gave it.
        with open(file, "w", encoding="utf-8", newline="", opener=_open_private) as output:
            output.write(text)
    except OSError as error:
        raise error_exit(f"{file} can't be written: {error.strerror}.") from None


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
