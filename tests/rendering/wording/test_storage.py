"""What people read when the storage cannot be used."""

from __future__ import annotations

import pytest

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
from bot.domain.reasons import Reason
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            StorageUnavailable(StorageProblem.NO_ANSWER),
            "the storage does not answer; mibot will try again",
        ),
        (
            StorageUnavailable(StorageProblem.READ_ONLY),
            "the storage is read-only now; mibot will try again",
        ),
        (InvalidStoreUrl(), "store.url is not a database URL; see the settings in the README."),
        (
            NewerStore("/var/mibot.sqlite"),
            "store.url /var/mibot.sqlite was last used by a newer mibot; install that version again, or restore a "
            "backup from before it.",
        ),
        (
            UnusableStore("/proc/mibot.sqlite", "unable to open database file"),
            "store.url /proc/mibot.sqlite can't be used (unable to open database file); check that it exists and is "
            "writable.",
        ),
        (StoreCheckFailed("ProgrammingError"), "store.url can't be used (ProgrammingError)."),
        (
            StoreFolderNotWritable("/no/mibot.sqlite"),
            "store.url: the folder of /no/mibot.sqlite does not exist or can't be written to.",
        ),
        (NoStoreConnection("OperationalError"), "the storage does not answer (OperationalError)."),
        (
            TransactionPooling(),
            "store.url leads to a connection pooler that pools transactions, where the lock of a worker is lost; "
            "connect to PostgreSQL itself, or let the pooler pool sessions (pool_mode = session in PgBouncer).",
        ),
        (WorkerNameTaken("worker-1"), "another worker now uses the name worker-1"),
        (WorkerReplaced("worker-1"), "another worker has taken over the jobs of worker-1"),
        (
            StoreInUse("mibot.sqlite"),
            "another mibot uses mibot.sqlite; stop it, or set store.url to a file or database of its own.",
        ),
        (
            StoreLockNotWritable("/no/mibot.sqlite", "FileNotFoundError"),
            "store.url /no/mibot.sqlite can't be written (FileNotFoundError); check its folder.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence
