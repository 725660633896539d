"""A small Cloud SQL Admin API for the demo and the tests: database instances, backups, and Google's failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.google import databases
from demo.google.databases import BackupRun, DatabaseInstance
from demo.google.discovery import ApiCall
from demo.google.failures import Failure, Service
from demo.google.lists import paginate
from demo.google.server import GoogleServer, Handler

SQL_ADMIN = Service("Cloud SQL Admin", "sqladmin.googleapis.com")
DEFAULT_BACKUP_AGE_HOURS = 5.0  # age of the backup that exists by default
ALL_INSTANCES = "-"  # in place of an instance's name
BUSY = Failure(
    409,
    "ABORTED",
    "operationInProgress",
    "Operation failed because another operation was already in progress. Try your request after the current "
    "operation is complete.",
)
NO_INSTANCE = Failure(404, "NOT_FOUND", "instanceDoesNotExist", "The Cloud SQL instance does not exist.")
NO_RUN = Failure(404, "NOT_FOUND", "backupRunDoesNotExist", "The backup run does not exist.")
NO_OPERATION = Failure(404, "NOT_FOUND", "operationDoesNotExist", "The operation does not exist.")
NOT_RUNNING = Failure(400, "INVALID_ARGUMENT", "invalidState", "The instance is not in an appropriate state.")


@dataclass(frozen=True)
class _ProjectState:
    """What a project has. `backups` is None while it has the default ones."""

    databases: tuple[DatabaseInstance, ...] = (DatabaseInstance(),)
    backups: tuple[BackupRun, ...] | None = None


class SqlAdminServer(GoogleServer):
    """A Cloud SQL Admin API at `.url`, served by threads of this process until the context ends.

    By default a project has one RUNNABLE instance with a successful automated backup. `page_size` limits a page;
    `now` returns the time (UTC).
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        page_size: int = 500,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(SQL_ADMIN, "sqladmin.v1", host=host, port=port)
        self._page_size = page_size
        self._now = now
        self._projects: dict[str, _ProjectState] = {}
        self._backup_seconds, self._status = 0.0, "SUCCESSFUL"
        self._state = threading.Lock()

    def set(self, project: str, instances: Iterable[DatabaseInstance]) -> None:
        """Set the project's database instances. Raises ValueError for a state that the API does not have."""
        wanted = tuple(instances)
        states = self._discovery.enum_values("DatabaseInstance", "state")
        for one in wanted:
            if one.state not in states:
                raise ValueError(f"{one.name} can't be {one.state!r}: Cloud SQL knows {', '.join(sorted(states))}")
        with self._state:
            self._projects[project] = replace(self._projects.get(project, _ProjectState()), databases=wanted)

    def set_backups(self, project: str, backups: Iterable[BackupRun]) -> None:
        """Set the project's backups."""
        numbered = tuple(backup.with_id(number) for number, backup in enumerate(backups))
        with self._state:
            self._projects[project] = replace(self._projects.get(project, _ProjectState()), backups=numbered)

    def set_outcome(self, seconds: float = 0.0, status: str = "SUCCESSFUL") -> None:
        """Set how long new backups take (ENQUEUED for the first half, then RUNNING), and whether they become
        SUCCESSFUL or FAILED."""
        with self._state:
            self._backup_seconds, self._status = seconds, status

    def backups(self, project: str) -> Sequence[BackupRun]:
        """The project's backups."""
        with self._state:
            return self._backups(self._projects.get(project, _ProjectState()))

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "sql.instances.list": self._list_instances,
            "sql.backupRuns.list": self._list_runs,
            "sql.backupRuns.get": self._get_run,
            "sql.backupRuns.insert": self._insert_run,
            "sql.operations.get": self._get_operation,
        }

    def _list_instances(self, call: ApiCall) -> Mapping[str, Any]:
        with self._state:
            has = self._projects.get(call.project, _ProjectState())
        items = [databases.database(call.project, one) for one in has.databases]
        part, token = paginate(items, call.query, self._page_size)
        return {"kind": "sql#instancesList", "items": part, **token}

    def _list_runs(self, call: ApiCall) -> Mapping[str, Any] | Failure:
        now, instance = self._now(), call.path_parameters["instance"]
        if not self._has_instance(call.project, instance):
            return NO_INSTANCE
        runs = [run for run in self.backups(call.project) if instance in {run.instance, ALL_INSTANCES}]
        newest_first = sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True)
        items = [databases.backup_run(call.project, run, now) for run in newest_first]
        part, token = paginate(items, call.query, self._page_size)
        return {"kind": "sql#backupRunsList", "items": part, **token}

    def _get_run(self, call: ApiCall) -> Mapping[str, Any] | Failure:
        for run in self.backups(call.project):
            if (run.instance, run.id) == (call.path_parameters["instance"], call.path_parameters["id"]):
                return databases.backup_run(call.project, run, self._now())
        return NO_RUN if self._has_instance(call.project, call.path_parameters["instance"]) else NO_INSTANCE

    def _insert_run(self, call: ApiCall) -> Mapping[str, Any] | Failure:
        now, instance = self._now(), call.path_parameters["instance"]
        with self._state:
            has = self._projects.get(call.project, _ProjectState())
            one = next((one for one in has.databases if one.name == instance), None)
            if one is None or one.state != "RUNNABLE" or one.stopped:
                return NOT_RUNNING if one else NO_INSTANCE
            backups = self._backups(has)
            if any(run.instance == instance and run.status_at(now) in {"ENQUEUED", "RUNNING"} for run in backups):
                return BUSY
            ends_at = now + timedelta(seconds=self._backup_seconds)
            said, error = call.body.get("description", ""), "INTERNAL" if self._status == "FAILED" else ""
            new = BackupRun(instance, now, self._status, "ON_DEMAND", said, error, ends_at).with_id(len(backups))
            self._projects[call.project] = replace(has, backups=(*backups, new))
        return databases.operation(call.project, new, now)

    def _get_operation(self, call: ApiCall) -> Mapping[str, Any] | Failure:
        for run in self.backups(call.project):
            if call.path_parameters["operation"] == f"operation-{run.id}":
                return databases.operation(call.project, run, self._now())
        return NO_OPERATION

    def _has_instance(self, project: str, instance: str) -> bool:
        with self._state:
            has = self._projects.get(project, _ProjectState())
        return instance == ALL_INSTANCES or instance in {one.name for one in has.databases}

    def _backups(self, has: _ProjectState) -> tuple[BackupRun, ...]:
        """The backups that the project was given, or one of every instance."""
        if has.backups is not None:
            return has.backups
        begun = self._now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=DEFAULT_BACKUP_AGE_HOURS)
        return tuple(BackupRun(one.name, begun).with_id(number) for number, one in enumerate(has.databases))
