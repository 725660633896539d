"""Why the storage cannot be used. No reason holds a password or the database's own words about data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.reasons import Reason
from bot.formats.documents import stored


class StorageProblem(StrEnum):
    """Why the storage is unavailable for the moment. The values are stored."""

    NO_ANSWER = "no_answer"
    READ_ONLY = "read_only"


@stored("storage.unavailable", problem="problem")
@dataclass(frozen=True)
class StorageUnavailable(Reason):
    """The storage does not work at the moment; a later try may succeed."""

    problem: StorageProblem


@stored("storage.invalid_url")
@dataclass(frozen=True)
class InvalidStoreUrl(Reason):
    """The setting `store.url` is no database URL."""


@stored("storage.newer_schema", url="url")
@dataclass(frozen=True)
class NewerStore(Reason):
    """A newer mibot has used the storage. `url` is without user, password and options."""

    url: str


@stored("storage.unusable", url="url", cause="cause")
@dataclass(frozen=True)
class UnusableStore(Reason):
    """The storage cannot be opened or migrated. `url` is without user, password and options; `cause` is what the
    database said, in one line."""

    url: str
    cause: str


@stored("storage.check_failed", error="error")
@dataclass(frozen=True)
class StoreCheckFailed(Reason):
    """A look at the tables failed; `error` is the name of the exception."""

    error: str


@stored("storage.folder_not_writable", file="file")
@dataclass(frozen=True)
class StoreFolderNotWritable(Reason):
    """The folder of the SQLite file does not exist or is not writable."""

    file: str


@stored("storage.no_connection", error="error")
@dataclass(frozen=True)
class NoStoreConnection(Reason):
    """A worker gets no connection when it starts; `error` is the name of the exception."""

    error: str


@stored("storage.transaction_pooling")
@dataclass(frozen=True)
class TransactionPooling(Reason):
    """A pooler between mibot and PostgreSQL pools transactions, so that a session's lock holds nothing."""


@stored("storage.worker_name_taken", worker="worker")
@dataclass(frozen=True)
class WorkerNameTaken(Reason):
    """Another worker has taken this worker's name while the storage was down."""

    worker: str


@stored("storage.worker_replaced", worker="worker")
@dataclass(frozen=True)
class WorkerReplaced(Reason):
    """Another worker has ended this worker's lease, because it was silent for too long or its name was free."""

    worker: str


@stored("storage.in_use", file="file")
@dataclass(frozen=True)
class StoreInUse(Reason):
    """Another mibot uses this SQLite file."""

    file: str


@stored("storage.lock_not_writable", file="file", error="error")
@dataclass(frozen=True)
class StoreLockNotWritable(Reason):
    """The lock file beside the SQLite file is not writable; `error` is the name of the exception."""

    file: str
    error: str
