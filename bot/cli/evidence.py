"""`mibot evidence VERSION`: what was done for a version, for whoever has to prove it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import version_named
from bot.cli.common import Config, fail, settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cli.read_only import Glance
    from bot.domain.audit.evidence import Evidence
    from bot.domain.chat.replies import TrackerRecord
    from bot.domain.upgrade.record import Upgrade
    from bot.domain.versions import Version

MISSING = 3
"""The exit status when a control is not satisfied."""


class Format(StrEnum):
    """In which form the evidence is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def evidence(
    version: Annotated[str, typer.Argument(metavar="X.Y.Z", help="The version that was rolled out.")],
    form: Annotated[
        Format, typer.Option("--format", help="Markdown for people, JSON for programs, CSV for spreadsheets.")
    ] = Format.MARKDOWN,
    file: Annotated[
        Path | None,
        typer.Option("--output", help="Write it to this file, not to standard output.", show_default=False),
    ] = None,
    config: Config = None,
) -> None:
    """Tell an auditor what was done for a version, instance by instance: who asked, approved and merged, backups,
    deployment, health checks, and what is missing for which SOC 2 control.

    Customers are named by their account issues. It is read from the store of the mibot that serves, on its machine.

    The exit status is 0 when every instance that has a record satisfies all controls, 3 when something is missing, 1
    when it can't be told, 2 for wrong use.
    """
    target = version_named(version)
    from bot import logs
    from bot.cli.context import told
    from bot.cli.read_only import Glance
    from bot.rendering.evidence import verdict

    logs.configure("warning")
    glance = Glance(settings_from(config))
    with told():
        found = _gathered(glance, target)
    if found is None:
        raise fail(f"mibot knows nothing of {target}: there is neither a tracker nor a record of an upgrade to it.")
    _write(_written(found, form), file)
    if found.incomplete:
        raise fail(f"{verdict(found)}.", MISSING)


def _gathered(glance: Glance, version: Version) -> Evidence | None:
    """The evidence from the store and the fleet as it is now, or None where there is nothing to tell of."""
    from bot.domain.audit.evidence import gather
    from bot.wiring import utc_now

    upgrades, tracker = _records(glance, version)
    if not upgrades and tracker is None:
        return None
    return gather(version, glance.fleets.now(), upgrades, tracker, utc_now())


def _records(glance: Glance, version: Version) -> tuple[Sequence[Upgrade], TrackerRecord | None]:
    """Every upgrade to the version and its tracker, or a sentence and exit status 1 where they are not kept here."""
    from sqlalchemy.exc import SQLAlchemyError

    ledger = glance.records
    if ledger is None:
        raise fail("there is no store of mibot's on this machine; run this where mibot serves, with its settings.")
    try:
        return ledger.upgrades(version), ledger.tracker(version)
    except SQLAlchemyError:
        raise fail("the store is not this mibot's; see store.url, and what `mibot doctor` says of it.") from None


def _written(found: Evidence, form: Format) -> str:
    """The evidence in one of its forms."""
    if form is Format.JSON:
        import json

        from bot.domain.audit.document import document

        return f"{json.dumps(document(found), indent=2, ensure_ascii=False)}\n"
    if form is Format.CSV:
        from bot.domain.audit.tables import table

        return table(found)
    from bot.rendering.evidence import evidence_report

    return evidence_report(found)


def _write(text: str, file: Path | None) -> None:
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise fail(f"{file} can't be written: {error.strerror}.") from None
