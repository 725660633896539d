"""Words for the backups of the databases. `wording.backups` has those about their age."""

from __future__ import annotations

from bot.checks.sql_backup import NothingToBackUp
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: NothingToBackUp) -> str:
    return (
        "There is no Cloud SQL instance that has backups: create one, or correct the setting gcp.project_template if "
        "it is elsewhere."
    )
