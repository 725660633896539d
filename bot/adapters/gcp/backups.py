"""Copies of an instance's databases and data disks, on demand: what is there already is found, never made twice.

A snapshot's name follows from the order, so that Google itself refuses a second one. A database backup has no name of
our choosing: it is found by its description, and Google runs only one operation of a database at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.gcp import backup_names, compute_api, sqladmin
from bot.adapters.gcp.calls import ApiCall, ApiCaller
from bot.adapters.gcp.compute import COMPUTE
from bot.adapters.gcp.compute_api import LIST_MACHINES, LIST_SNAPSHOTS, DataDisk, name_filter
from bot.adapters.gcp.errors import ApiFailure, external_errors, sorted_failure
from bot.adapters.gcp.purpose import CallContext, Purpose, Service
from bot.adapters.gcp.sqladmin import LIST_BACKUPS, LIST_DATABASES, SQL
from bot.domain.failures.google import BackupImpossible, BackupObstacle, GoogleAction
from bot.domain.failures.refusals.google import OPERATION, normalize_reason, sort_google_refusal
from bot.domain.failures.refusals.sorts import Sort
from bot.domain.health.queries import SqlBackup
from bot.domain.upgrade.backups import Backup, BackupKind, BackupRequest, BackupState
from bot.domain.upgrade.reasons.backups import DatabaseBusy
from bot.ports.errors import ExternalError, NeedsPersonError, NotFoundError, PermanentError, TransientError

T = TypeVar("T")

WRITE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TAKE_SNAPSHOT = Purpose(GoogleAction.CREATE_SNAPSHOTS, "compute.disks.createSnapshot", "Compute Storage Admin")
BACK_UP = Purpose(
    GoogleAction.CREATE_DATABASE_BACKUPS,
    "cloudsql.backupRuns.create",
    "Cloud SQL Editor",
    settings=sqladmin.PROJECT_SETTINGS,
)


class GoogleBackups:
    """`ports.Backups` at Google. One for all threads.

    The endpoints replace Google's own; one that starts with `http://` is talked to without credentials. `deadline`
    is in seconds, for each call; `now` tells the time (UTC); the rest is `Calls`'s.
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

    def ensure(self, order: BackupRequest) -> Sequence[Backup]:
        """Begin whatever copy of the order is not there yet, and say how all of them stand; safe to repeat.

        Nothing is begun before it is known that there is a database and a disk. Raises Refused and Passing.
        """
        disks = _call(
            self._compute,
            LIST_MACHINES,
            lambda call: compute_api.list_data_disks(call, order.project, order.zone, order.machine),
        )
        databases = _call(self._sql, LIST_DATABASES, lambda call: sqladmin.list_databases(call, order.project))
        if not disks or not databases:
            raise PermanentError(
                BackupImpossible(BackupObstacle.NO_DATABASE if disks else BackupObstacle.NO_DATA_DISK)
            )
        if not all(disk.path.startswith("zones/") for disk in disks):
            raise PermanentError(BackupImpossible(BackupObstacle.REGIONAL_DISK))
        return [*self._ensure_databases(order, databases), *self._ensure_disks(order, disks)]

    def beyond_retention(self, order: BackupRequest, keep: int) -> Sequence[Backup]:
        """Our own copies, of whatever order, beyond the newest `keep` good ones of each disk and database instance.

        Raises Refused and Passing.
        """
        key, value = backup_names.LABEL
        runs = [run for run in self._runs(order) if run.description.startswith(backup_names.DESCRIPTION_PREFIX)]
        ours = self._snapshots(order, f'labels.{key} = "{value}"')
        return backup_names.beyond_retention(
            [*(backup_names.backup_from_run(order.project, run) for run in runs), *ours], keep
        )

    def _ensure_databases(self, order: BackupRequest, databases: Mapping[str, datetime | None]) -> list[Backup]:
        """A backup of each database instance: found by its description, or begun."""
        told = backup_names.description(order)
        ours = [run for run in self._runs(order) if sqladmin.is_of_its_instance(run, databases)]
        made = [backup_names.backup_from_run(order.project, run) for run in ours if run.description == told]
        found = {name: backup_names.pick_best(copy for copy in made if copy.source == name) for name in databases}
        return [found[name] or self._create_backup(order, name) for name in databases]

    def _ensure_disks(self, order: BackupRequest, disks: Sequence[DataDisk]) -> list[Backup]:
        """A snapshot of each disk: found by its name, or begun."""
        names = {disk: backup_names.snapshot_name(order, disk.path) for disk in disks}
        found = {copy.name: copy for copy in self._snapshots(order, name_filter(names.values()))}
        return [found.get(name) or self._create_snapshot(order, disk, name) for disk, name in names.items()]

    def _runs(self, order: BackupRequest) -> list[SqlBackup]:
        return _call(self._sql, LIST_BACKUPS, lambda call: sqladmin.list_backups(call, order.project))

    def _snapshots(self, order: BackupRequest, wanted: str) -> list[Backup]:
        found = _call(
            self._compute,
            LIST_SNAPSHOTS,
            lambda call: list(compute_api.list_snapshots(call, order.project, wanted)),
        )
        return [backup_names.backup_from_snapshot(order.project, snapshot) for _, snapshot in found]

    def _create_backup(self, order: BackupRequest, name: str) -> Backup:
        """Begin a backup. A database that is busy, be it with the backup whose beginning we were never told of,
        counts as one whose backup runs: whoever asks again finds that, or begins it then."""
        path = f"v1/projects/{quote(order.project, safe='')}/instances/{quote(name, safe='')}/backupRuns"
        body = {"description": backup_names.description(order)}
        link = backup_names.backup_link(order.project, name)
        copy = Backup(BackupKind.DATABASE, name, "", BackupState.RUNNING, self._now(), link=link)

        def begin(call: ApiCall) -> Backup:
            begun = call.send_with_retry(lambda left: call.client.send("POST", path, left, {}, body), retry=False)
            made = replace(copy, name=str(sqladmin.get_object(begun, "backupContext").get("backupId", "")))
            codes = sqladmin.error_codes(begun)
            _expect_begun(codes, SQL, BACK_UP)
            return backup_names.apply_error_codes(made, codes)

        return _call(self._sql, BACK_UP, begin, {"operationinprogress": replace(copy, problem=DatabaseBusy())})

    def _create_snapshot(self, order: BackupRequest, disk: DataDisk, name: str) -> Backup:
        """Begin a snapshot. When Google has one of that name, it was begun before: whoever asks again finds it."""
        request = {
            "project": order.project,
            "zone": order.zone,
            "disk": disk.name,
            "snapshot_resource": {"name": name, "labels": backup_names.snapshot_labels(order)},
        }
        link = backup_names.snapshot_link(order.project, name)
        copy = Backup(BackupKind.DISK, disk.name, name, BackupState.RUNNING, self._now(), link=link)

        def begin(call: ApiCall) -> Backup:
            create = call.client.disks.create_snapshot_unary
            begun = call.send_with_retry(
                lambda left: compute_api.send_request(create, "compute#operation", request, left), retry=False
            )
            codes = [error.code for error in begun.error.errors]
            _expect_begun(codes, COMPUTE, TAKE_SNAPSHOT)
            return backup_names.apply_error_codes(copy, codes)

        return _call(self._compute, TAKE_SNAPSHOT, begin, {"alreadyexists": copy})


def _call(calls: ApiCaller, need: Purpose, ask: Callable[[ApiCall], T], conflicts: dict[str, T] | None = None) -> T:
    """What `ask` makes of a call, or what `conflicts` has for the reason of a 409. Raises Refused and Passing."""
    try:
        return ask(calls.new_call(need))
    except external_errors() as error:
        for reason, instead in (conflicts or {}).items():
            if reason in _conflict_reasons(error):
                return instead
        raise _to_port_error(calls.log_failure(error, need)) from error


def _conflict_reasons(error: Any) -> set[str]:
    """Google's own words for a conflict (409), written as one; nothing for any other failure."""
    if getattr(error, "code", None) != 409:
        return set()
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    return {normalize_reason(reason) for reason in named}


def _to_port_error(failure: ApiFailure) -> ExternalError:
    """The port's error for one of `failures()`. What passes may pass later, even where another request within this
    call is no use."""
    if failure.not_found:
        return NotFoundError(failure.reason)
    if failure.sort is Sort.PASSING:
        return TransientError(failure.reason, failure.retry_after or None)
    if failure.sort is Sort.NEEDS_PERSON:
        return NeedsPersonError(failure.reason)
    return PermanentError(failure.reason)


def _expect_begun(codes: Sequence[str], service: Service, need: Purpose) -> None:
    """An operation whose error the table knows made nothing, and is begun anew later. Raises TransientError or
    NeedsPersonError."""
    context = CallContext(service, need, 0.0, "")
    for code in codes:
        row = sort_google_refusal(OPERATION, {normalize_reason(code)}, "")
        if row.reason:
            raise _to_port_error(sorted_failure(row, context, OPERATION))
