"""The databases: each has a backup younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bot.domain.health.model import (
    Check,
    CheckContext,
    CheckState,
    CloudConfig,
    Phase,
    Verdict,
    unavailable_verdict,
)
from bot.domain.health.queries import Answer, SqlBackup, SqlBackupQuery, SqlBackups
from bot.domain.health.recovery import BackedUpResource, FinishedBackup, evaluate_backups
from bot.domain.reasons import Reason
from bot.formats.documents import stored

SUCCESSFUL = "SUCCESSFUL"
FAILED = "FAILED"
# Of a backup that runs, was skipped without problems, or is being deleted (BackupRun.status).
PASSED_OVER = frozenset(
    {"ENQUEUED", "OVERDUE", "RUNNING", "SKIPPED", "DELETION_PENDING", "DELETION_FAILED", "DELETED"}
)


@stored("sql_backup.no_database")
@dataclass(frozen=True)
class NothingToBackUp(Reason):
    """The project has no Cloud SQL instance that has backups."""


def query(context: CheckContext, config: CloudConfig) -> SqlBackupQuery:
    """The backups of all of the project's database instances."""
    return SqlBackupQuery(config.project(context.instance))


def evaluate(context: CheckContext, answer: Answer) -> Verdict:
    """Pass only if every database has a fresh SUCCESSFUL backup and its last finished one did not fail.

    A backup holds the database as it was when the backup began, so its age counts from there.
    """
    if not isinstance(answer, SqlBackups):
        return unavailable_verdict(answer)
    if not answer.instances:
        return Verdict(CheckState.FAIL, NothingToBackUp())
    backups = [[_to_backup(backup) for backup in _finished(answer, name)] for name in answer.instances]
    return evaluate_backups(BackedUpResource.DATABASE_INSTANCE, backups, context.now)


def link(context: CheckContext, config: CloudConfig) -> str:
    """The database instances in the Google Cloud console. It names the project."""
    project = quote(config.project(context.instance), safe="")
    return f"https://console.cloud.google.com/sql/instances?project={project}"


def _finished(answer: SqlBackups, instance: str) -> list[SqlBackup]:
    return [one for one in answer.backups if one.instance == instance and one.status not in PASSED_OVER]


def _to_backup(backup: SqlBackup) -> FinishedBackup:
    understood = backup.status in {SUCCESSFUL, FAILED}
    return FinishedBackup(backup.started_at, backup.status == SUCCESSFUL, understood)


CHECK = Check(
    name="sql_backup",
    title="Cloud SQL backup",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)
