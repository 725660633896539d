"""The databases: each has a backup younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from urllib.parse import quote

from bot.domain.health.model import Check, CheckContext, CheckState, CloudConfig, Phase, Verdict, unavailable_verdict
from bot.domain.health.queries import Answer, SqlBackup, SqlBackupQuery, SqlBackups
from bot.domain.health.recovery import BackupTerms, FinishedBackup, judge_backups

SUCCESSFUL = "SUCCESSFUL"
# Every other status is of a backup that runs, was skipped without problems, or is being deleted (BackupRun.status).
FAILED = "FAILED"
KIND = BackupTerms("database instance", "backup", "make a backup, and see whether automated backups are on")


def query(subject: CheckContext, places: CloudConfig) -> SqlBackupQuery:
    """The backups of all of the project's database instances."""
    return SqlBackupQuery(places.project(subject.instance))


def evaluate(subject: CheckContext, answer: Answer) -> Verdict:
    """Pass only when every database has a fresh SUCCESSFUL backup and its last finished one was no failure.

    A backup holds what the database was when it began, so its age counts from there.
    """
    if not isinstance(answer, SqlBackups):
        return unavailable_verdict(answer)
    if not answer.instances:
        return Verdict(
            CheckState.FAIL,
            "There is no Cloud SQL instance that has backups: create one, or correct the setting "
            "gcp.project_template if it is elsewhere.",
        )
    databases = [[_to_attempt(backup) for backup in _finished(answer, name)] for name in answer.instances]
    return judge_backups(KIND, databases, subject.now)


def link(subject: CheckContext, places: CloudConfig) -> str:
    """The database instances in the Google Cloud console. It names the project."""
    return (
        f"https://console.cloud.google.com/sql/instances?project={quote(places.project(subject.instance), safe='')}"
    )


def _finished(answer: SqlBackups, instance: str) -> list[SqlBackup]:
    return [one for one in answer.backups if one.instance == instance and one.status in {SUCCESSFUL, FAILED}]


def _to_attempt(backup: SqlBackup) -> FinishedBackup:
    return FinishedBackup(backup.started_at, backup.status == SUCCESSFUL)


CHECK = Check(
    name="sql_backup",
    title="Cloud SQL backup",
    query=query,
    evaluate=evaluate,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)
