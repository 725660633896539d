"""On-demand backups of an instance's databases and data disks. A backup that exists is found, and never made twice.

A snapshot's name follows from the request, so that Google itself refuses a second one. A database backup has no name
of our choice: it is found by its description, and Google runs only one operation of a database at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.gcp import backup_names, backup_records, compute_api, sqladmin
from bot.adapters.gcp.calls import ApiCall, ApiCaller
from bot.adapters.gcp.compute import COMPUTE
from bot.adapters.gcp.compute_api import LIST_MACHINES, LIST_SNAPSHOTS, DataDisk, name_filter
from bot.adapters.gcp.errors import ApiFailure, DeadlineError, external_errors
from bot.adapters.gcp.purpose import Purpose
from bot.adapters.gcp.sqladmin import LIST_BACKUPS, LIST_DATABASES, SQL
from bot.domain.failures.google import BackupImpossible, BackupObstacle, GoogleAction
from bot.domain.health.queries import SqlBackup
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState
from bot.ports.errors import ExternalError, NotFoundError, PermanentError, TransientError

T = TypeVar("T")

WRITE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TAKE_SNAPSHOT = Purpose(GoogleAction.CREATE_SNAPSHOTS, "compute.disks.createSnapshot", "Compute Storage Admin")
BACK_UP = Purpose(
    GoogleAction.CREATE_DATABASE_BACKUPS,
    "cloudsql.backupRuns.create",
    "Cloud SQL Editor",
    settings=sqladmin.PROJECT_SETTINGS,
)
BUSY = "Cloud SQL is busy with another operation of this database."


class GoogleBackups:
    """The port `Backups` at Google. One instance serves all threads.

    The endpoints replace Google's own; one that starts with `http://` is used without credentials. `deadline` is in
    seconds, for each call; `now` returns the time (UTC); `others` go to `ApiCaller`.
    """

    def __init__(
        self,
        compute_endpoint: str | None = None,
        sqladmin_endpoint: str | None = None,
        deadline: float = 20.0,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **others: Any,
    ) -> None:
        compute, sql = replace(COMPUTE, scope=WRITE_SCOPE), replace(SQL, scope=WRITE_SCOPE)
        self._now = now
        self._compute = ApiCaller(
            compute, compute_endpoint, lambda endpoint: compute_api.connect(endpoint, WRITE_SCOPE), deadline, **others
        )
        self._sql = ApiCaller(
            sql, sqladmin_endpoint, lambda endpoint: sqladmin.connect(endpoint, WRITE_SCOPE), deadline, **others
        )

    def ensure(self, request: BackupRequest) -> Sequence[Backup]:
        """Start each backup of the request that does not exist yet, and return all of them. Safe to repeat.

        Nothing is started unless there are a database and a disk. Raises PermanentError and TransientError.
        """
        disks = _call(
            self._compute,
            LIST_MACHINES,
            lambda call: compute_api.list_data_disks(call, request.project, request.zone, request.machine),
        )
        names = _call(self._sql, LIST_DATABASES, lambda call: sqladmin.list_databases(call, request.project))
        if not disks or not names:
            raise PermanentError(
                BackupImpossible(BackupObstacle.NO_DATABASE if disks else BackupObstacle.NO_DATA_DISK)
            )
        if not all(disk.path.startswith("zones/") for disk in disks):
            raise PermanentError(BackupImpossible(BackupObstacle.REGIONAL_DISK))
        return [*self._ensure_databases(request, names), *self._ensure_disks(request, disks)]

    def beyond_retention(self, request: BackupRequest, keep: int) -> Sequence[Backup]:
        """Our own backups, of any request, beyond the newest `keep` good ones of each disk and database instance.

        Raises PermanentError and TransientError.
        """
        key, value = backup_names.LABEL
        runs = [run for run in self._runs(request) if run.description.startswith(backup_names.DESCRIPTION_PREFIX)]
        ours = self._snapshots(request, f'labels.{key} = "{value}"')
        return backup_records.beyond_retention(
            [*(backup_records.backup_from_run(request.project, run) for run in runs), *ours], keep
        )

    def _ensure_databases(self, request: BackupRequest, names: Sequence[str]) -> list[Backup]:
        """A backup of each database instance: found by its description, or started."""
        description = backup_names.description(request)
        made = [
            backup_records.backup_from_run(request.project, run)
            for run in self._runs(request)
            if run.description == description
        ]
        found = {name: backup_records.pick_best(backup for backup in made if backup.source == name) for name in names}
        return [found[name] or self._create_backup(request, name) for name in names]

    def _ensure_disks(self, request: BackupRequest, disks: Sequence[DataDisk]) -> list[Backup]:
        """A snapshot of each disk: found by its name, or started."""
        names = {disk: backup_names.snapshot_name(request, disk.path) for disk in disks}
        found = {backup.name: backup for backup in self._snapshots(request, name_filter(names.values()))}
        return [found.get(name) or self._create_snapshot(request, disk, name) for disk, name in names.items()]

    def _runs(self, request: BackupRequest) -> list[SqlBackup]:
        return _call(self._sql, LIST_BACKUPS, lambda call: sqladmin.list_backups(call, request.project))

    def _snapshots(self, request: BackupRequest, wanted: str) -> list[Backup]:
        found = _call(
            self._compute,
            LIST_SNAPSHOTS,
            lambda call: list(compute_api.list_snapshots(call, request.project, wanted)),
        )
        return [backup_records.backup_from_snapshot(request.project, snapshot) for _, snapshot in found]

    def _create_backup(self, request: BackupRequest, name: str) -> Backup:
        """Start a backup. A busy database counts as one whose backup runs, because it may be busy with a backup whose
        start we never learned of: the next call finds that backup, or starts it."""
        path = f"v1/projects/{quote(request.project, safe='')}/instances/{quote(name, safe='')}/backupRuns"
        body = {"description": backup_names.description(request)}
        link = backup_records.backup_link(request.project, name)
        backup = Backup(BackupKind.DATABASE, name, "", BackupState.RUNNING, self._now(), link=link)

        def start(call: ApiCall) -> Backup:
            started = call.send_with_retry(lambda left: call.client.send("POST", path, left, {}, body), retry=False)
            made = replace(backup, name=str(sqladmin.get_object(started, "backupContext").get("backupId", "")))
            return backup_records.apply_error_codes(made, sqladmin.error_codes(started))

        return _call(self._sql, BACK_UP, start, {"operationinprogress": replace(backup, detail=BUSY)})

    def _create_snapshot(self, request: BackupRequest, disk: DataDisk, name: str) -> Backup:
        """Start a snapshot. If Google has one of that name, it was started before: the next call finds it."""
        parameters = {
            "project": request.project,
            "zone": request.zone,
            "disk": disk.name,
            "snapshot_resource": {"name": name, "labels": backup_names.snapshot_labels(request)},
        }
        link = backup_records.snapshot_link(request.project, name)
        backup = Backup(BackupKind.DISK, disk.name, name, BackupState.RUNNING, self._now(), link=link)

        def start(call: ApiCall) -> Backup:
            create = call.client.disks.create_snapshot_unary
            started = call.send_with_retry(
                lambda left: compute_api.send_request(create, "compute#operation", parameters, left), retry=False
            )
            return backup_records.apply_error_codes(backup, [error.code for error in started.error.errors])

        return _call(self._compute, TAKE_SNAPSHOT, start, {"alreadyexists": backup})


def _call(
    caller: ApiCaller, purpose: Purpose, read: Callable[[ApiCall], T], conflicts: dict[str, T] | None = None
) -> T:
    """What `read` makes of a call, or what `conflicts` has for the reason of a 409. Raises ExternalError."""
    try:
        return read(caller.new_call(purpose))
    except external_errors() as error:
        for reason, instead in (conflicts or {}).items():
            if reason in _conflict_reasons(error):
                return instead
        raise _to_port_error(error, caller.log_failure(error, purpose)) from error


def _conflict_reasons(error: Any) -> set[str]:
    """Google's reasons for a conflict (409), in lower case without underscores; empty for any other failure."""
    if getattr(error, "code", None) != 409:
        return set()
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    return {str(reason).replace("_", "").lower() for reason in named}


def _to_port_error(error: Exception, failure: ApiFailure) -> ExternalError:
    """The port's error for one of `external_errors()`."""
    if failure.not_found:
        return NotFoundError(failure.reason)
    if failure.retryable or _timed_out(error):
        return TransientError(failure.reason, failure.retry_after or None)
    return PermanentError(failure.reason)


def _timed_out(error: Exception) -> bool:
    """Whether our own deadline passed. Another try within this call is no use; a later one may be."""
    from google.api_core.exceptions import DeadlineExceeded, RetryError
    from google.auth.exceptions import TimeoutError as SignInTimeout
    from requests.exceptions import Timeout

    return isinstance(error, (DeadlineError, Timeout, DeadlineExceeded, RetryError, SignInTimeout))
