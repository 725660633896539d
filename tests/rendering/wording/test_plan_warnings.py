"""The words for what a reviewer should know or do."""

from __future__ import annotations

import pytest

from bot.domain.plans.reasons.warnings import (
    ExecutorsAtOtherVersion,
    ExecutorsFileMissing,
    ExecutorsNotPinned,
    ExecutorsShared,
    ExecutorsUser,
    FileKept,
    GlobalOverrideIsLink,
    ModulePinnedNewer,
    ModulePinUnclear,
    ModuleRefNewer,
    ModuleRefUnclear,
    ModuleVersionUnknown,
    OverrideIsLink,
    OwnServiceKept,
    PlanWarning,
    ServiceAdded,
    ServiceGone,
)
from bot.rendering.wording import describe
from tests.samples import version

FILE = "modules/executors/main.tf"
OVERRIDE = "red/docker-compose/docker-compose.override.yaml"


@pytest.mark.parametrize(
    ("warning", "words"),
    [
        (
            ModuleRefNewer("infrastructure.tf", "mi-module-v4.0.0-v1", "mi-module-v3.40.1-v10"),
            "infrastructure.tf refers to mi-module-v4.0.0-v1, which is newer than mi-module-v3.40.1-v10: not "
            "changed.",
        ),
        (
            ExecutorsAtOtherVersion(FILE, "executors", "3.40.0", version("3.40.1")),
            f"The instance has executors, and module executors in {FILE} is pinned to 3.40.0, not to 3.40.1.",
        ),
        (
            ExecutorsAtOtherVersion(FILE, "docker-mirror", None, version("3.40.1")),
            f"The instance has executors, and module docker-mirror in {FILE} is pinned to no version, not to 3.40.1.",
        ),
        (
            ExecutorsFileMissing(FILE),
            f"The instance has executors, but {FILE}, which sets their version, does not exist.",
        ),
        (
            ServiceGone(OVERRIDE, "searcher", version("3.40.1")),
            f"{OVERRIDE} overrides the service searcher, which 3.40.1 no longer has: remove it from that file.",
        ),
        (
            OwnServiceKept(OVERRIDE, "cody", "sourcegraph/cody:3.40.0@sha256:0a"),
            f"{OVERRIDE} runs its own service cody with sourcegraph/cody:3.40.0: it was not changed.",
        ),
        (
            OverrideIsLink(OVERRIDE),
            f"{OVERRIDE} is a symbolic link and was not changed; check whether it contains a hotpatch.",
        ),
        (
            FileKept(OVERRIDE),
            f"{OVERRIDE} was changed by people since the upgrade and is not restored: "
            "compare it with its earlier state.",
        ),
        (
            GlobalOverrideIsLink("golden/overrides/a.yaml"),
            "golden/overrides/a.yaml is a symbolic link and was left out; make it a plain file.",
        ),
        (ServiceAdded("proxy"), "The overrides add the service proxy, which upstream's file does not have."),
        (
            ExecutorsNotPinned(version("3.42.0-rc.1")),
            "The executors modules are not changed because 3.42.0-rc.1 is a release candidate.",
        ),
        (
            ExecutorsShared(
                FILE,
                version("4.0.0"),
                (ExecutorsUser("demo", version("3.40.0")), ExecutorsUser("tpgi", version("3.39.1"))),
            ),
            f"2 instances use {FILE}: demo (3.40.0), tpgi (3.39.1). Their executors get 4.0.0 as soon as "
            "Terraform is applied, also those of instances that run another version.",
        ),
        (
            ExecutorsShared(
                FILE, version("4.0.0"), tuple(ExecutorsUser(f"a{n}", version("3.40.0")) for n in range(22))
            ),
            f"22 instances use {FILE}: {', '.join(f'a{n} (3.40.0)' for n in range(20))} and 2 more. Their executors "
            "get 4.0.0 as soon as Terraform is applied, also those of instances that run another version.",
        ),
        (
            ModulePinUnclear(FILE, "executors", ">= 3.40, < 4"),
            f"Module executors in {FILE} has the version >= 3.40, < 4, which is not exactly one version: "
            "not changed. Check which version it installs.",
        ),
        (
            ModuleRefUnclear("infrastructure.tf", "managed_instance"),
            "The source of module managed_instance in infrastructure.tf names no tag mi-module-vX.Y.Z-vN that can be "
            "read: not changed. Check which version of the module it installs.",
        ),
        (
            ModulePinnedNewer(FILE, "executors", "4.0.0"),
            f"Module executors in {FILE} is already pinned to 4.0.0 and is not changed.",
        ),
        (
            ModuleVersionUnknown(FILE, "executors"),
            f"Module executors in {FILE} has no version that can be changed.",
        ),
    ],
)
def test_a_warning_says_what_to_look_at(warning: PlanWarning, words: str) -> None:
    assert describe(warning) == words
