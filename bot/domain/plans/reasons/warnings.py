"""What a reviewer of a change set should know or do besides. Paths are relative to the instance's folder, if it is
about an instance, and to the repository otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.documents import stored


@dataclass(frozen=True)
class PlanWarning(Reason):
    """The base class of all warnings."""


@stored("plans.override_is_link", path="path")
@dataclass(frozen=True)
class OverrideIsLink(PlanWarning):
    """An instance's override file is a symbolic link, in which no hotpatch is looked for."""

    path: str


@stored("plans.service_gone", path="path", service="service", version="version")
@dataclass(frozen=True)
class ServiceGone(PlanWarning):
    """An override file changes a service that the version does not have."""

    path: str
    service: str
    version: Version


@stored("plans.own_service_kept", path="path", service="service", image="image")
@dataclass(frozen=True)
class OwnServiceKept(PlanWarning):
    """An override file adds a service with one of the product's images, which stays as it is."""

    path: str
    service: str
    image: str


@stored("plans.module_ref_newer", path="path", ref="ref", newest="newest")
@dataclass(frozen=True)
class ModuleRefNewer(PlanWarning):
    """The instance's module refers to a tag that is newer than the newest one of the target version."""

    path: str
    ref: str
    newest: str


@stored("plans.executors_file_missing", path="path")
@dataclass(frozen=True)
class ExecutorsFileMissing(PlanWarning):
    """The instance has executors, and the file that pins their version is missing."""

    path: str


@stored("plans.executors_at_other_version", path="path", module="module", pinned="pinned", version="version")
@dataclass(frozen=True)
class ExecutorsAtOtherVersion(PlanWarning):
    """The instance has executors, whose module is pinned to something else than the target (None: to nothing)."""

    path: str
    module: str
    pinned: str | None
    version: Version


@stored("plans.file_kept", path="path")
@dataclass(frozen=True)
class FileKept(PlanWarning):
    """A rollback leaves a file as it is because people changed it since the upgrade."""

    path: str


@stored("plans.global_override_is_link", path="path")
@dataclass(frozen=True)
class GlobalOverrideIsLink(PlanWarning):
    """A global override is a symbolic link, which is not merged."""

    path: str


@stored("plans.service_added", service="service")
@dataclass(frozen=True)
class ServiceAdded(PlanWarning):
    """The global overrides add a service that upstream's file does not have."""

    service: str


@stored("plans.executors_user", slug="slug", version="version")
@dataclass(frozen=True)
class ExecutorsUser:
    """An instance that uses the executors modules, and the version that it runs."""

    slug: str
    version: Version


@stored("plans.executors_shared", path="path", version="version", users="users")
@dataclass(frozen=True)
class ExecutorsShared(PlanWarning):
    """The modules that are pinned to the version are those of all these instances."""

    path: str
    version: Version
    users: tuple[ExecutorsUser, ...]


@stored("plans.executors_not_pinned", version="version")
@dataclass(frozen=True)
class ExecutorsNotPinned(PlanWarning):
    """All instances share the executors modules, so a release candidate does not change them."""

    version: Version


@stored("plans.module_version_unknown", path="path", module="module")
@dataclass(frozen=True)
class ModuleVersionUnknown(PlanWarning):
    """An executors module has no version, or one that is not a literal."""

    path: str
    module: str


@stored("plans.module_pinned_newer", path="path", module="module", version="version")
@dataclass(frozen=True)
class ModulePinnedNewer(PlanWarning):
    """An executors module is pinned to a newer version already (as it is written), and stays there."""

    path: str
    module: str
    version: str


@stored("plans.module_pin_unclear", path="path", module="module", constraint="constraint")
@dataclass(frozen=True)
class ModulePinUnclear(PlanWarning):
    """The version constraint of an executors module (as it is written) does not allow exactly one version, so it
    stays."""

    path: str
    module: str
    constraint: str


@stored("plans.module_ref_unclear", path="path", module="module")
@dataclass(frozen=True)
class ModuleRefUnclear(PlanWarning):
    """A module of the instance refers to one of the module's tags in a way that is not understood, so it stays."""

    path: str
    module: str
