"""Reads the databases of an instance and their backups from the Cloud SQL Admin API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.adapters.gcp import rest
from bot.adapters.gcp.calls import ApiCall, ApiCaller
from bot.adapters.gcp.errors import UnexpectedResponseError
from bot.adapters.gcp.purpose import Purpose, Service
from bot.adapters.gcp.times import parse_time, require_time
from bot.domain.failures.google import GoogleAction, GoogleService
from bot.domain.health.queries import (
    SqlBackup,
    SqlBackupQuery,
    SqlBackups,
    SqlInstance,
    SqlInstanceQuery,
    SqlInstances,
    Unavailable,
)

ROOT = "https://sqladmin.googleapis.com"
ADMIN = "https://www.googleapis.com/auth/sqlservice.admin"  # the narrowest scope that Google has for reading, too
SQL = Service(GoogleService.CLOUD_SQL_ADMIN, "sqladmin.googleapis.com", ADMIN, "gcp.sqladmin_endpoint")
PROJECT_SETTINGS = ("gcp.project_template",)
LIST_DATABASES = Purpose(
    GoogleAction.LIST_DATABASES, "cloudsql.instances.list", "Cloud SQL Viewer", settings=PROJECT_SETTINGS
)
LIST_BACKUPS = Purpose(
    GoogleAction.LIST_DATABASE_BACKUPS, "cloudsql.backupRuns.list", "Cloud SQL Viewer", settings=PROJECT_SETTINGS
)
# Those that replicate another one, and those that only stand for a machine elsewhere.
INSTANCE_TYPES_WITHOUT_BACKUPS = frozenset({"READ_REPLICA_INSTANCE", "READ_POOL_INSTANCE", "ON_PREMISES_INSTANCE"})
ROOM_ON_DISK = frozenset({"NORMAL", "SQL_OUT_OF_DISK_STATE_UNSPECIFIED"})
GB = 1024**3
PAGE_SIZE = 200  # backups in one request: a week's and those of some upgrades


class SqlApi:
    """Requests to the API. Each of its answers says of which kind it is; anything else is not the API's."""

    def __init__(self, api: rest.RestApi) -> None:
        self._api = api
        self.credentials = api.credentials

    def send(self, method: str, path: str, timeout: float, query: Mapping[str, Any], body: Any = None) -> Any:
        """One request; the answer's JSON object. See `RestApi.send`."""
        answer = self._api.send(method, path, timeout, query, body)
        if not str(answer.get("kind", "")).startswith("sql#"):
            raise UnexpectedResponseError(f"an answer of kind {answer.get('kind')!r}")
        return answer


def connect(endpoint: str, scope: str) -> SqlApi:
    """The API at that endpoint, or at Google's own if it is empty. Raises GoogleAuthError."""
    return SqlApi(rest.connect(ROOT, endpoint, scope))


class SqlInspector:
    """Answers questions about Cloud SQL (the port `Inspector`). One instance serves all threads. It never raises.

    `sqladmin_endpoint` replaces Google's own; one that starts with `http://` is used without credentials, any
    other with Application Default Credentials. `others` go to `ApiCaller`.
    """

    def __init__(self, sqladmin_endpoint: str | None = None, deadline: float = 10.0, **others: Any) -> None:
        self._caller = ApiCaller(
            SQL, sqladmin_endpoint, lambda endpoint: connect(endpoint, ADMIN), deadline, **others
        )

    def instances(self, query: SqlInstanceQuery) -> SqlInstances | Unavailable:
        """The project's database instances, or Unavailable. One request a page."""
        return self._caller.fetch(
            LIST_DATABASES,
            lambda call: SqlInstances(tuple(map(_instance, _listed(call, query.project)))),
        )

    def backups(self, query: SqlBackupQuery) -> SqlBackups | Unavailable:
        """The project's database instances that can be backed up, and their backups, or Unavailable."""
        databases = self._caller.fetch(LIST_DATABASES, lambda call: list_databases(call, query.project))
        if isinstance(databases, Unavailable):
            return databases
        found = self._caller.fetch(LIST_BACKUPS, lambda call: list_backups(call, query.project)) if databases else []
        if isinstance(found, Unavailable):
            return found
        return SqlBackups(tuple(databases), tuple(one for one in found if is_of_its_instance(one, databases)))


def list_databases(call: ApiCall, project: str) -> dict[str, datetime | None]:
    """The database instances that have backups of their own, by name, and when each was created (None if unknown).
    Replicas have none."""
    found = _listed(call, project)
    return {
        _text(item, "name"): parse_time(item.get("createTime"))
        for item in found
        if item.get("instanceType") not in INSTANCE_TYPES_WITHOUT_BACKUPS
    }


def is_of_its_instance(backup: SqlBackup, databases: Mapping[str, datetime | None]) -> bool:
    """Whether a backup is of one of the instances, and not of a deleted one whose name was used again."""
    if backup.instance not in databases:
        return False
    created = databases[backup.instance]
    return created is None or backup.started_at >= created


def list_backups(call: ApiCall, project: str) -> list[SqlBackup]:
    """The backups of all the project's instances, newest first. Raises UnexpectedResponseError."""
    path = f"v1/projects/{quote(project, safe='')}/instances/-/backupRuns"
    runs = [_backup(item) for item in rest.list_items(call, path, {"maxResults": PAGE_SIZE}, "items")]
    return sorted(runs, key=lambda backup: backup.started_at, reverse=True)


def error_codes(operation: Mapping[str, Any]) -> list[str]:
    """The error codes of an operation. Its messages may name the project."""
    errors = get_object(operation, "error").get("errors") or []
    return [str(error.get("code", "")) if isinstance(error, dict) else "" for error in errors]


def _listed(call: ApiCall, project: str) -> list[Any]:
    return list(rest.list_items(call, f"v1/projects/{quote(project, safe='')}/instances", {}, "items"))


def _instance(item: Mapping[str, Any]) -> SqlInstance:
    """One database instance. One that its owner stopped is RUNNABLE to Google, and STOPPED to gcloud and here."""
    settings = get_object(item, "settings")
    state = _text(item, "state")
    if state == "RUNNABLE" and settings.get("activationPolicy") == "NEVER":
        state = "STOPPED"
    used = _number(item.get("currentDiskSize"))
    return SqlInstance(
        _text(item, "name"),
        state,
        _number(settings.get("dataDiskSizeGb")),
        None if used is None else used / GB,
        settings.get("storageAutoResize") is True,
        _number(settings.get("storageAutoResizeLimit")) or 0.0,
        get_object(item, "outOfDiskReport").get("sqlOutOfDiskState", "NORMAL") not in ROOM_ON_DISK,
    )


def _backup(item: Mapping[str, Any]) -> SqlBackup:
    started = item.get("startTime") or item.get("enqueuedTime") or item.get("windowStartTime")
    return SqlBackup(
        _text(item, "instance"),
        _text(item, "id"),
        _text(item, "status"),
        str(item.get("type", "")),
        require_time(started),
        parse_time(item.get("endTime")),
        str(item.get("description", "")),
        str(get_object(item, "error").get("code", "")),  # its message may name the project
    )


def get_object(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of that name, empty if there is none."""
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def _text(item: Mapping[str, Any], name: str) -> str:
    """A text that must be there. Raises UnexpectedResponseError."""
    found = item.get(name)
    if not isinstance(found, str) or not found:
        raise UnexpectedResponseError(f"{name} is {found!r}")
    return found


def _number(text: object) -> float | None:
    """A 64-bit number, which comes as text; None if it is absent or no number."""
    return float(text) if isinstance(text, str) and text.isascii() and text.isdecimal() else None
