"""Words for why a local clone or a local file cannot be used."""

from __future__ import annotations

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
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: FolderMissing) -> str:
    return f"There is no folder {reason.folder}; name the folder of a clone of the deployment repository."


@describe.register
def _(reason: NotAClone) -> str:
    return f"{reason.folder} is not a clone of the deployment repository: it has no folder golden/."


@describe.register
def _(reason: Unreadable) -> str:
    return f"{reason.path} can't be read ({reason.problem})."


@describe.register
def _(reason: NotWritable) -> str:
    return f"{reason.path} can't be written ({reason.problem})."


@describe.register
def _(reason: UnknownBlob) -> str:
    return f"There is no file with the SHA-1 {reason.sha} in {reason.folder}."


@describe.register
def _(reason: ChangedWhileRead) -> str:
    return f"{reason.path} changed while mibot read it; run the command again."


@describe.register
def _(reason: NoUpstreamFile) -> str:
    return (
        f"{reason.version.golden_path} is not in this clone, and upstream's file was not fetched: "
        f"prepare it first with `mibot prepare {reason.version} --repo PATH`"
    )


@describe.register
def _(reason: UpstreamFileUnreadable) -> str:
    return f"{reason.path} can't be read ({reason.problem}); give the path of upstream's Compose file."
