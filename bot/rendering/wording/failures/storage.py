"""Words for why the storage cannot be used."""

from __future__ import annotations

from bot.domain.failures.storage import (
    InvalidStoreUrl,
    NewerStore,
    NoStoreConnection,
    StorageProblem,
    StorageUnavailable,
    StoreCheckFailed,
    StoreFolderNotWritable,
    StoreInUse,
    StoreLockNotWritable,
    TransactionPooling,
    UnusableStore,
    WorkerNameTaken,
    WorkerReplaced,
)
from bot.rendering.wording.dispatch import describe

_PROBLEMS = {
    StorageProblem.NO_ANSWER: "the storage does not answer; mibot will try again",
    StorageProblem.READ_ONLY: "the storage is read-only now; mibot will try again",
}


@describe.register
def _(reason: StorageUnavailable) -> str:
    return _PROBLEMS[reason.problem]


@describe.register
def _(_reason: InvalidStoreUrl) -> str:
    return "store.url is not a database URL; see the settings in the README."


@describe.register
def _(reason: NewerStore) -> str:
    return (
        f"store.url {reason.url} was last used by a newer mibot; install that version again, or restore a backup "
        "from before it."
    )


@describe.register
def _(reason: UnusableStore) -> str:
    return f"store.url {reason.url} can't be used ({reason.cause}); check that it exists and is writable."


@describe.register
def _(reason: StoreCheckFailed) -> str:
    return f"store.url can't be used ({reason.error})."


@describe.register
def _(reason: StoreFolderNotWritable) -> str:
    return f"store.url: the folder of {reason.file} does not exist or can't be written to."


@describe.register
def _(reason: NoStoreConnection) -> str:
    return f"the storage does not answer ({reason.error})."


@describe.register
def _(_reason: TransactionPooling) -> str:
    return (
        "store.url leads to a connection pooler that pools transactions, where the lock of a worker is lost; connect "
        "to PostgreSQL itself, or let the pooler pool sessions (pool_mode = session in PgBouncer)."
    )


@describe.register
def _(reason: WorkerNameTaken) -> str:
    return f"another worker now uses the name {reason.worker}"


@describe.register
def _(reason: WorkerReplaced) -> str:
    return f"another worker has taken over the jobs of {reason.worker}"


@describe.register
def _(reason: StoreInUse) -> str:
    return f"another mibot uses {reason.file}; stop it, or set store.url to a file or database of its own."


@describe.register
def _(reason: StoreLockNotWritable) -> str:
    return f"store.url {reason.file} can't be written ({reason.error}); check its folder."
