"""The attempts at deploying a merged upgrade: each with its backups, its workflow run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.reasons import Reason
from bot.domain.upgrade.backups import Backup
from bot.formats.documents import stored


@stored(
    "upgrade.deployment",
    requested_at="requested_at",
    confirmed="confirmed",
    tries="tries",
    run_id="run",
    run_url="run_url",
    conclusion="conclusion",
    failure="failure",
    ended_at="ended_at",
    deployed_by="deployed_by",
)
@dataclass(frozen=True)
class Deployment:
    """How a merged upgrade gets onto its VM. Times are UTC.

    `requested_at` is when mibot was about to request the run; it is saved before the request. `confirmed` says
    whether GitHub is known to have accepted the request, `tries` how many requests were made while nobody knew.
    `ended_at` is when it was over, `conclusion` how (GitHub's word), `failure` what failed in it.
    `deployed_by` is who says that it was deployed by hand.
    """

    requested_at: datetime
    confirmed: bool = False
    tries: int = 1
    run_id: int | None = None
    run_url: str = ""
    conclusion: str = ""
    failure: Reason | None = None
    ended_at: datetime | None = None
    deployed_by: str = ""

    @property
    def awaits_run(self) -> bool:
        """Whether a run may have been started that nobody has found yet."""
        return self.run_id is None and self.ended_at is None

    @property
    def succeeded(self) -> bool:
        """Whether it is over, and was a success."""
        return self.ended_at is not None and not self.failure


@stored(
    "upgrade.attempt",
    number="number",
    backups="backups",
    superseded_backups="superseded_backups",
    deployment="deployment",
    extra_run_ids="extra_runs",
    run_missing_since="run_missing_since",
)
@dataclass(frozen=True)
class DeploymentAttempt:
    """One attempt at deploying a merged upgrade. The first has the number 1; each retry begins another.

    `backups` are the ones that count, `superseded_backups` were made before them. `extra_run_ids` are runs that may
    still be going on although none of them is this attempt's own, `run_missing_since` is since when a requested run
    may exist that nobody has found: of this attempt, or of whatever was there before the first one.
    """

    number: int = 1
    backups: tuple[Backup, ...] = ()
    superseded_backups: tuple[Backup, ...] = ()
    deployment: Deployment | None = None
    extra_run_ids: tuple[int, ...] = ()
    run_missing_since: datetime | None = None

    @property
    def run_ids(self) -> tuple[int, ...]:
        """Every run that may be going on because of it, its own last."""
        run_id = self.deployment.run_id if self.deployment else None
        return self.extra_run_ids if run_id is None else (*self.extra_run_ids, run_id)
