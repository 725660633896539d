"""The health checks of an upgrade: before its deployment, and after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.health.model import CheckResult
from bot.domain.upgrade.overrides import Override
from bot.formats.documents import stored


@stored(
    "upgrade.verification",
    before="before",
    after="after",
    checked_for="checked_for",
    healthy_since="healthy_since",
    acceptance="acceptance",
)
@dataclass(frozen=True)
class Verification:
    """The results of the health checks `before` the deployment and `after` it.

    `checked_for` says which state of the pull request the results in `before` belong to. `healthy_since` (UTC) is
    since when all checks pass, `acceptance` who accepted what nobody could find out.
    """

    before: tuple[CheckResult, ...] = ()
    after: tuple[CheckResult, ...] = ()
    checked_for: str = ""
    healthy_since: datetime | None = None
    acceptance: Override | None = None
