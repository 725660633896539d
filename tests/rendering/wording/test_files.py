"""What people read when a local clone or a local file cannot be used."""

from __future__ import annotations

import pytest

from bot.domain.failures.files import (
    ChangedWhileRead,
    FolderMissing,
    NotAClone,
    NotWritable,
    NoUpstreamFile,
    UnknownBlob,
    Unreadable,
    UpstreamFileUnreadable,
)
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.rendering.wording import describe


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            FolderMissing("/nowhere"),
            "There is no folder /nowhere; name the folder of a clone of the deployment repository.",
        ),
        (NotAClone("/home"), "/home is not a clone of the deployment repository: it has no folder golden/."),
        (
            Unreadable("rctest/config.yaml", "Permission denied"),
            "rctest/config.yaml can't be read (Permission denied).",
        ),
        (NotWritable("golden/new.yaml", "File exists"), "golden/new.yaml can't be written (File exists)."),
        (UnknownBlob("0123", "/clone"), "There is no file with the SHA-1 0123 in /clone."),
        (
            ChangedWhileRead("rctest/config.yaml"),
            "rctest/config.yaml changed while mibot read it; run the command again.",
        ),
        (
            NoUpstreamFile(Version(3, 41, 0)),
            "golden/docker-compose.3.41.0.yaml is not in this clone, and upstream's file was not fetched: "
            "prepare it first with `mibot prepare 3.41.0 --repo PATH`",
        ),
        (
            UpstreamFileUnreadable("compose.yaml", "No such file or directory"),
            "compose.yaml can't be read (No such file or directory); give the path of upstream's Compose file.",
        ),
    ],
)
def test_the_words(reason: Reason, sentence: str) -> None:
    assert describe(reason) == sentence
