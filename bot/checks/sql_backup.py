"""The databases: each has a backup younger than the recovery point objective (domain.md, "Health", second row)."""

from __future__ import annotations

from urllib.parse import quote

from bot.domain.health.model import Check, Judgement, Phase, Places, State, Subject, no_answer
from bot.domain.health.queries import Answer, SqlBackup, SqlBackupQuery, SqlBackups
from bot.domain.health.recovery import Kind, Made, judge_copies

SUCCESSFUL = "SUCCESSFUL"
# Every other status is of a backup that runs, was skipped without problems, or is being deleted (BackupRun.status).
FAILED = "FAILED"
KIND = Kind("database instance", "backup", "make a backup, and see whether automated backups are on")


def query(subject: Subject, places: Places) -> SqlBackupQuery:
    """The backups of all of the project's database instances."""
    return SqlBackupQuery(places.project(subject.instance))


def judge(subject: Subject, answer: Answer) -> Judgement:
    """Pass only when every database has a fresh SUCCESSFUL backup and its last finished one was no failure.

    A backup holds what the database was when it began, so its age counts from there.
    """
    if not isinstance(answer, SqlBackups):
        return no_answer(answer)
    if not answer.instances:
        return Judgement(
            State.FAIL,
            "There is no Cloud SQL instance that has backups: create one, or correct the setting "
            "gcp.project_template if it is elsewhere.",
        )
    databases = [[_made(backup) for backup in _finished(answer, name)] for name in answer.instances]
    return judge_copies(KIND, databases, subject.now)


def link(subject: Subject, places: Places) -> str:
    """The database instances in the Google Cloud console. It names the project."""
    return (
        f"https://console.cloud.google.com/sql/instances?project={quote(places.project(subject.instance), safe='')}"
    )


def _finished(answer: SqlBackups, instance: str) -> list[SqlBackup]:
    return [one for one in answer.backups if one.instance == instance and one.status in {SUCCESSFUL, FAILED}]


def _made(backup: SqlBackup) -> Made:
    return Made(backup.started_at, backup.status == SUCCESSFUL)


CHECK = Check(
    name="sql_backup",
    title="Cloud SQL backup",
    query=query,
    judge=judge,
    link=link,
    phases=frozenset({Phase.BEFORE, Phase.NOW}),
)
