"""Whether two change sets do the same, now and for pull requests that earlier code opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.git_tree import FileChange
from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.fingerprint import change_fingerprint, first_fingerprint, same_change
from bot.domain.plans.reasons import changes
from bot.domain.plans.reasons.changes import (
    ExecutorsPinned,
    FileRemoved,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.domain.plans.reasons.refusals import MistaggedImage
from bot.domain.plans.reasons.warnings import FileKept
from tests.samples import version

LINK = "rctest/red/docker-compose/docker-compose.yaml"
MOVED = LinkRetargeted(LINK, "../golden/old.yaml", "../golden/new.yaml")
PATCH = HotpatchRemoved("rctest/overrides/a.yaml", "searcher", "sourcegraph/searcher:x")
CHANGE = FileChange(LINK, "120000", "../golden/new.yaml")
OLD, NEW = version("3.40.0"), version("3.40.1")
UPGRADE = ChangeSet(ChangeKind.UPGRADE, NEW, (CHANGE,), "rctest", OLD, NEW, (MOVED, PATCH))


@pytest.mark.parametrize(
    "other",
    [
        replace(UPGRADE, changes=(replace(CHANGE, content="another text, for the base moved"),)),
        replace(UPGRADE, reasons=(PATCH, MOVED)),
        replace(
            UPGRADE,
            warnings=(FileKept("infrastructure.tf"),),
            note="tell them first",
            replaced_resources=("module.x",),
        ),
        replace(UPGRADE, mistagged_images=(MistaggedImage("searcher", "sourcegraph/searcher:x"),)),
    ],
)
def test_what_the_files_say_besides_does_not_change_what_a_change_is(other: ChangeSet) -> None:
    assert change_fingerprint(other) == change_fingerprint(UPGRADE)
    assert same_change(change_fingerprint(UPGRADE), other)


@pytest.mark.parametrize(
    "other",
    [
        replace(UPGRADE, slug="demo"),
        replace(UPGRADE, version=version("3.40.2")),
        replace(UPGRADE, kind=ChangeKind.ROLLBACK),
        replace(UPGRADE, reasons=()),
        replace(UPGRADE, reasons=(MOVED,)),
        replace(UPGRADE, reasons=(MOVED, replace(PATCH, service="frontend"))),
        replace(UPGRADE, reasons=(MOVED, replace(PATCH, path="rctest/overrides/b.yaml"))),
        replace(UPGRADE, reasons=(replace(MOVED, new="../golden/newer.yaml"), PATCH)),
    ],
)
def test_another_reason_is_another_change(other: ChangeSet) -> None:
    assert change_fingerprint(other) != change_fingerprint(UPGRADE)
    assert not same_change(change_fingerprint(UPGRADE), other)
    assert not same_change(first_fingerprint(UPGRADE), other)


GOLDEN_0, GOLDEN_1 = "../../../golden/docker-compose.3.40.0.yaml", "../../../golden/docker-compose.3.40.1.yaml"
CANDIDATE = version("3.41.0-rc.1")
FIRST_DIGESTS = [
    (
        ChangeSet(
            ChangeKind.UPGRADE,
            NEW,
            (),
            "rctest",
            OLD,
            NEW,
            (
                LinkRetargeted(LINK, GOLDEN_0, GOLDEN_1),
                HotpatchRemoved("rctest/overrides/it's.yaml", "searcher", "sourcegraph/searcher:1-hotpatch"),
                FileRemoved("rctest/overrides/it's.yaml"),
                ModuleRefUpdated("rctest/infrastructure.tf", "mi-module-v1.1.0-v1", "mi-module-v3.40.1-v2"),
            ),
        ),
        "7392f093a47aad2dc0d43c2d574be2277a3da4b4d8d004d9e26dab8c2da0d1a5",
    ),
    (
        ChangeSet(
            ChangeKind.UPGRADE,
            NEW,
            (),
            "demo",
            OLD,
            NEW,
            (LinkRetargeted("demo/red/docker-compose/docker-compose.yaml", GOLDEN_0, GOLDEN_1),),
        ),
        "a464c25c409148f6a2ad0fc1e848a4e00d46b35cc8194637ff85e4d4374f7904",
    ),
    (
        ChangeSet(
            ChangeKind.PREPARATION,
            CANDIDATE,
            (),
            reasons=(
                GoldenFileCreated(CANDIDATE.golden_path, ("golden/overrides/a.yaml", "golden/overrides/b.yaml")),
                ImageRetagged(
                    "worker",
                    "index.docker.io/sourcegraph/worker:3.41.0",
                    "index.docker.io/sourcegraph/worker:3.41.0-rc.1",
                ),
                ExecutorsPinned("modules/executors/main.tf", "executors", "3.40.0", "3.40.1"),
            ),
        ),
        "9b18659307c82870f7d2dbdda2f529d88a199f09683eb907f866fdb12578c295",
    ),
    (
        ChangeSet(
            ChangeKind.PREPARATION,
            version("3.41.0"),
            (),
            reasons=(GoldenFileCreated("golden/docker-compose.3.41.0.yaml", ("golden/overrides/a.yaml",)),),
        ),
        "499ef6511f4a4fe389cb723319edf8f8d92d5cfde7cfafed1dad0d203357b90b",
    ),
    (
        ChangeSet(
            ChangeKind.PREPARATION,
            version("3.41.0"),
            (),
            reasons=(GoldenFileCreated("golden/docker-compose.3.41.0.yaml", ()),),
        ),
        "e8cacfd030f8486359295fa3cd71d708561dfc80b6afa13f68fdb7f03e758925",
    ),
    (
        ChangeSet(
            ChangeKind.ROLLBACK,
            NEW,
            (),
            "rctest",
            NEW,
            OLD,
            (FileRestored(LINK), FileRestored("rctest/infrastructure.tf")),
        ),
        "f34a68755a7b4643bacbbc34e1a5f0d9a7eceff17a9e696d55ef2653111e7290",
    ),
]
"""Change sets, and the digests that the code at commit a665bba made of them. It hashed the `repr` of the reasons."""


@pytest.mark.parametrize(("change", "digest"), FIRST_DIGESTS)
def test_the_digest_of_a_pull_request_that_the_first_code_opened_is_recognized(
    change: ChangeSet, digest: str
) -> None:
    assert same_change(digest, change)
    assert same_change(digest, replace(change, reasons=change.reasons[::-1]))
    assert not same_change(digest, replace(change, version=version("3.99.0")))
    assert not same_change(digest, replace(change, reasons=change.reasons[1:]))


def test_every_kind_of_reason_is_among_the_first_digests() -> None:
    known = {type(reason) for change, _ in FIRST_DIGESTS for reason in change.reasons}
    assert known == {one for one in vars(changes).values() if isinstance(one, type) and hasattr(one, "__stored__")}


DIGEST = "3806e8cadcc34389a4be1f989f2d90599d3e16c88cd22d4cffd690608009da37"
"""The digest of `UPGRADE`. A change to it would part all open pull requests from their upgrades."""


def test_the_digest_is_made_of_stored_names_and_not_of_pythons() -> None:
    assert change_fingerprint(UPGRADE) == DIGEST


@pytest.fixture
def renamed_classes() -> Iterator[None]:
    """The classes of the reasons under other names, for the time of a test."""
    classes = (LinkRetargeted, HotpatchRemoved)
    names = [(cls, cls.__name__, cls.__qualname__) for cls in classes]
    for cls in classes:
        cls.__name__ = cls.__qualname__ = f"Renamed{cls.__name__}"
    yield
    for cls, name, qualified in names:
        cls.__name__, cls.__qualname__ = name, qualified


@pytest.mark.usefixtures("renamed_classes")
def test_a_class_that_is_renamed_keeps_its_digests() -> None:
    assert "RenamedLinkRetargeted" in repr(UPGRADE.reasons)
    assert change_fingerprint(UPGRADE) == DIGEST
    assert all(first_fingerprint(change) == digest for change, digest in FIRST_DIGESTS)
