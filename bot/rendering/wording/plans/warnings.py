"""The words for what a reviewer of a change set should know or do."""

from __future__ import annotations

from bot.domain.plans.reasons.warnings import (
    ExecutorsAtOtherVersion,
    ExecutorsFileMissing,
    ExecutorsNotPinned,
    ExecutorsShared,
    FileKept,
    GlobalOverrideIsLink,
    ModulePinnedNewer,
    ModulePinUnclear,
    ModuleRefNewer,
    ModuleRefUnclear,
    ModuleVersionUnknown,
    OverrideIsLink,
    OwnServiceKept,
    ServiceAdded,
    ServiceGone,
)
from bot.rendering.wording.dispatch import describe
from bot.rendering.wording.plans.images import without_digest

MAX_USERS = 20
"""The most instances that one warning names."""


@describe.register
def _(reason: OverrideIsLink) -> str:
    return f"{reason.path} is a symbolic link and was not changed; check whether it contains a hotpatch."


@describe.register
def _(reason: ServiceGone) -> str:
    service, version = reason.service, reason.version
    return f"{reason.path} overrides the service {service}, which {version} no longer has: remove it from that file."


@describe.register
def _(reason: OwnServiceKept) -> str:
    image = without_digest(reason.image)
    return f"{reason.path} runs its own service {reason.service} with {image}: it was not changed."


@describe.register
def _(reason: ModuleRefNewer) -> str:
    return f"{reason.path} refers to {reason.ref}, which is newer than {reason.newest}: not changed."


@describe.register
def _(reason: ExecutorsFileMissing) -> str:
    return f"The instance has executors, but {reason.path}, which sets their version, does not exist."


@describe.register
def _(reason: ExecutorsAtOtherVersion) -> str:
    pinned = "no version" if reason.pinned is None else reason.pinned
    module = f"module {reason.module} in {reason.path}"
    return f"The instance has executors, and {module} is pinned to {pinned}, not to {reason.version}."


@describe.register
def _(reason: FileKept) -> str:
    return (
        f"{reason.path} was changed by people since the upgrade and is not restored: "
        "compare it with its earlier state."
    )


@describe.register
def _(reason: GlobalOverrideIsLink) -> str:
    return f"{reason.path} is a symbolic link and was left out; make it a plain file."


@describe.register
def _(reason: ServiceAdded) -> str:
    return f"The overrides add the service {reason.service}, which upstream's file does not have."


@describe.register
def _(reason: ExecutorsShared) -> str:
    shown = ", ".join(f"{user.slug} ({user.version})" for user in reason.users[:MAX_USERS])
    more = len(reason.users) - MAX_USERS
    rest = f" and {more} more" if more > 0 else ""
    use, their = ("instance uses", "Its") if len(reason.users) == 1 else ("instances use", "Their")
    return (
        f"{len(reason.users)} {use} {reason.path}: {shown}{rest}. {their} executors get {reason.version} as soon as "
        "Terraform is applied, also those of instances that run another version."
    )


@describe.register
def _(reason: ExecutorsNotPinned) -> str:
    return f"The executors modules are not changed because {reason.version} is a release candidate."


@describe.register
def _(reason: ModuleVersionUnknown) -> str:
    return f"Module {reason.module} in {reason.path} has no version that can be changed."


@describe.register
def _(reason: ModulePinnedNewer) -> str:
    return f"Module {reason.module} in {reason.path} is already pinned to {reason.version} and is not changed."


@describe.register
def _(reason: ModulePinUnclear) -> str:
    return (
        f"Module {reason.module} in {reason.path} has the version {reason.constraint}, which is not exactly one "
        "version: not changed. Check which version it installs."
    )


@describe.register
def _(reason: ModuleRefUnclear) -> str:
    return (
        f"The source of module {reason.module} in {reason.path} names no tag mi-module-vX.Y.Z-vN that can be read: "
        "not changed. Check which version of the module it installs."
    )
