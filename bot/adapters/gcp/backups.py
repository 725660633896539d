"""Copies of an instance's databases and data disks, on demand: what is there already is found, never made twice.

A snapshot's name follows from the order, so that Google itself refuses a second one. A database backup has no name of
our choosing: it is found by its description, and Google runs only one operation of a database at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.gcp import backup_names as copies
from bot.adapters.gcp import compute_api, sqladmin
from bot.adapters.gcp.calls import Calls, Question
from bot.adapters.gcp.compute import COMPUTE
from bot.adapters.gcp.compute_api import LIST_MACHINES, LIST_SNAPSHOTS, DataDisk, any_of
from bot.adapters.gcp.errors import Fault, Late, Need, failures
from bot.adapters.gcp.sqladmin import LIST_BACKUPS, LIST_DATABASES, SQL
from bot.domain.health.queries import SqlBackup
from bot.domain.upgrade.backups import BackupOrder, Copy, CopyKind, CopyState
from bot.ports import Missing, Passing, Refused, WorldError

T = TypeVar("T")

WRITING = "https://www.googleapis.com/auth/cloud-platform"
TAKE_SNAPSHOT = Need("take snapshots of the disks", "compute.disks.createSnapshot", "Compute Storage Admin")
BACK_UP = Need("back up the databases", "cloudsql.backupRuns.create", "Cloud SQL Editor", settings=sqladmin.WHERE)
NO_DISK = (
    "There is no data disk to take a snapshot of: attach one to the active VM, or correct active_deployment in "
    "terraform.tfvars and the setting gcp.zone."
)
REGIONAL = "A data disk is a regional one, which mibot does not copy: move the data to a disk of the VM's zone."
NO_DATABASE = (
    "There is no Cloud SQL instance to back up: create one, or correct the setting gcp.project_template if it is "
    "elsewhere."
)
BUSY = "Cloud SQL is busy with another operation of this database."


class GoogleBackups:
    """`ports.Backups` at Google. One for all threads.

    The endpoints replace Google's own; one that starts with `http://` is talked to without credentials. `deadline`
    is in seconds, for each question; `now` tells the time (UTC); the rest is `Calls`'s.
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
        compute, sql = replace(COMPUTE, scope=WRITING), replace(SQL, scope=WRITING)
        self._now = now
        self._compute = Calls(
            compute, compute_endpoint, lambda endpoint: compute_api.connect(endpoint, WRITING), deadline, **others
        )
        self._sql = Calls(
            sql, sqladmin_endpoint, lambda endpoint: sqladmin.connect(endpoint, WRITING), deadline, **others
        )

    def ensure(self, order: BackupOrder) -> Sequence[Copy]:
        """Begin whatever copy of the order is not there yet, and say how all of them stand; safe to repeat.

        Nothing is begun before it is known that there is a database and a disk. Raises Refused and Passing.
        """
        disks = _asked(
            self._compute,
            LIST_MACHINES,
            lambda question: compute_api.data_disks(question, order.project, order.zone, order.machine),
        )
        names = _asked(self._sql, LIST_DATABASES, lambda question: sqladmin.databases(question, order.project))
        if not disks or not names:
            raise Refused(NO_DATABASE if disks else NO_DISK)
        if not all(disk.place.startswith("zones/") for disk in disks):
            raise Refused(REGIONAL)
        return [*self._databases(order, names), *self._disks(order, disks)]

    def older(self, order: BackupOrder, keep: int) -> Sequence[Copy]:
        """Our own copies, of whatever order, beyond the newest `keep` good ones of each disk and database instance.

        Raises Refused and Passing.
        """
        key, value = copies.LABEL
        runs = [run for run in self._runs(order) if run.description.startswith(copies.OURS)]
        ours = self._snapshots(order, f'labels.{key} = "{value}"')
        return copies.beyond([*(copies.of_backup(order.project, run) for run in runs), *ours], keep)

    def _databases(self, order: BackupOrder, names: Sequence[str]) -> list[Copy]:
        """A backup of each database instance: found by its description, or begun."""
        told = copies.description(order)
        made = [copies.of_backup(order.project, run) for run in self._runs(order) if run.description == told]
        found = {name: copies.best(copy for copy in made if copy.of == name) for name in names}
        return [found[name] or self._back_up(order, name) for name in names]

    def _disks(self, order: BackupOrder, disks: Sequence[DataDisk]) -> list[Copy]:
        """A snapshot of each disk: found by its name, or begun."""
        names = {disk: copies.snapshot_name(order, disk.place) for disk in disks}
        found = {copy.name: copy for copy in self._snapshots(order, any_of(names.values()))}
        return [found.get(name) or self._take(order, disk, name) for disk, name in names.items()]

    def _runs(self, order: BackupOrder) -> list[SqlBackup]:
        return _asked(self._sql, LIST_BACKUPS, lambda question: sqladmin.backups(question, order.project))

    def _snapshots(self, order: BackupOrder, wanted: str) -> list[Copy]:
        found = _asked(
            self._compute,
            LIST_SNAPSHOTS,
            lambda question: list(compute_api.snapshots(question, order.project, wanted)),
        )
        return [copies.of_snapshot(order.project, snapshot) for _, snapshot in found]

    def _back_up(self, order: BackupOrder, name: str) -> Copy:
        """Begin a backup. A database that is busy, be it with the backup whose beginning we were never told of,
        counts as one whose backup runs: whoever asks again finds that, or begins it then."""
        path = f"v1/projects/{quote(order.project, safe='')}/instances/{quote(name, safe='')}/backupRuns"
        body = {"description": copies.description(order)}
        link = copies.backup_link(order.project, name)
        copy = Copy(CopyKind.DATABASE, name, "", CopyState.RUNNING, self._now(), link=link)

        def begin(question: Question) -> Copy:
            begun = question.once(lambda left: question.client.send("POST", path, left, {}, body), repeat=False)
            made = replace(copy, name=str(sqladmin.part(begun, "backupContext").get("backupId", "")))
            return copies.unless_failed(made, sqladmin.error_codes(begun))

        return _asked(self._sql, BACK_UP, begin, {"operationinprogress": replace(copy, said=BUSY)})

    def _take(self, order: BackupOrder, disk: DataDisk, name: str) -> Copy:
        """Begin a snapshot. When Google has one of that name, it was begun before: whoever asks again finds it."""
        request = {
            "project": order.project,
            "zone": order.zone,
            "disk": disk.name,
            "snapshot_resource": {"name": name, "labels": copies.snapshot_labels(order)},
        }
        link = copies.snapshot_link(order.project, name)
        copy = Copy(CopyKind.DISK, disk.name, name, CopyState.RUNNING, self._now(), link=link)

        def begin(question: Question) -> Copy:
            create = question.client.disks.create_snapshot_unary
            begun = question.once(
                lambda left: compute_api.made(create, "compute#operation", request, left), repeat=False
            )
            return copies.unless_failed(copy, [error.code for error in begun.error.errors])

        return _asked(self._compute, TAKE_SNAPSHOT, begin, {"alreadyexists": copy})


def _asked(calls: Calls, need: Need, ask: Callable[[Question], T], conflicts: dict[str, T] | None = None) -> T:
    """What `ask` makes of a question, or what `conflicts` has for the reason of a 409. Raises Refused and Passing."""
    try:
        return ask(calls.question(need))
    except failures() as error:
        for reason, instead in (conflicts or {}).items():
            if reason in _reasons(error):
                return instead
        raise _told(error, calls.fault(error, need)) from error


def _reasons(error: Any) -> set[str]:
    """Google's own words for a conflict (409), written as one; nothing for any other failure."""
    if getattr(error, "code", None) != 409:
        return set()
    named = [error.reason, *(item.get("reason") for item in error.errors if isinstance(item, dict))]
    return {str(reason).replace("_", "").lower() for reason in named}


def _told(error: Exception, fault: Fault) -> WorldError:
    """The port's error for one of `failures()`."""
    if fault.missing:
        return Missing(fault.sentence)
    if fault.again or _timed_out(error):
        return Passing(fault.sentence, fault.after or None)
    return Refused(fault.sentence)


def _timed_out(error: Exception) -> bool:
    """Whether it was our patience that ended: asking again within this call is no use, later it may be."""
    from google.api_core.exceptions import DeadlineExceeded, RetryError
    from google.auth.exceptions import TimeoutError as SignInTimeout
    from requests.exceptions import Timeout

    return isinstance(error, (Late, Timeout, DeadlineExceeded, RetryError, SignInTimeout))
