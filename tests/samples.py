"""Small things that many tests are about: instances, fleets, upgrades, check results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.domain.fleet.inventory import read_fleet
from bot.domain.fleet.model import DeploymentColor, Fleet, Instance, InstanceType
from bot.domain.git_tree import Snapshot, TreeEntry, blob_sha
from bot.domain.github_models import PullRequest
from bot.domain.health.model import CheckResult, CheckState
from bot.domain.reasons import PlainText, Reason
from bot.domain.upgrade.attempts import DeploymentAttempt
from bot.domain.upgrade.preparation import Preparation, PreparationStage
from bot.domain.upgrade.pull_request import Merge
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.versions import Version
from demo.fleet import SampleRepository

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ACCOUNT = "https://github.com/sourcegraph/accounts/issues/528"
PULL = "https://github.com/sourcegraph/deploy-sourcegraph-managed/pull/7"


def version(text: str) -> Version:
    """The version that a test names."""
    found = Version.parse(text)
    assert found is not None
    return found


def internal_instance(slug: str = "rctest", **facts: Any) -> Instance:
    return _instance(slug, {"type": InstanceType.INTERNAL} | facts)


def customer_instance(slug: str = "amberotter", account: str = ACCOUNT, **facts: Any) -> Instance:
    return _instance(slug, {"type": InstanceType.PRODUCTION, "account": account, "customer": slug} | facts)


def _instance(slug: str, facts: Mapping[str, Any]) -> Instance:
    plain = {"domain": f"{slug}.sourcegraph.com", "active": DeploymentColor.RED, "version": version("3.40.0")}
    return Instance(slug, **{**plain, **facts})


def fleet(*instances: Instance, golden: tuple[str, ...] = ("3.40.0", "3.40.1", "3.41.0")) -> Fleet:
    return Fleet(instances, golden=frozenset(map(version, golden)))


def upgrade(slug: str = "rctest", to: str = "3.40.1", stage: Stage = Stage.OPEN, **facts: Any) -> Upgrade:
    """An upgrade with pull request #7, requested by dana. The facts are those of `modify`."""
    plain = {"from_version": version("3.40.0"), "number": 7, "url": PULL}
    return modify(Upgrade(slug, version(to), stage, "dana", NOW), **{**plain, **facts})


def pull(number: int = 7, **facts: Any) -> PullRequest:
    """mibot's open pull request of the upgrade of rctest to 3.40.1, unless the facts say otherwise."""
    plain = {"title": "rctest", "body": "", "url": PULL, "branch": "rctest/upgrade-v3.40.1", "head": "a" * 40}
    state = {"open": True, "merged": False, "author": "mibot[bot]", "labels": frozenset()}
    return PullRequest(number, **{**plain, **state, **facts})


def preparation(to: str = "3.41.0", stage: PreparationStage = PreparationStage.OPEN, **facts: Any) -> Preparation:
    """A preparation that dana requested. The facts are those of `modify`."""
    return modify(Preparation(version(to), stage, "dana", NOW), **facts)


def modify(record: Record, **facts: Any) -> Record:
    """An upgrade's or a preparation's record with these facts, which are named as in the record, at whatever depth.

    Of the attempts it is the last one that changes; `attempt` is its number. `merged_at`, `merged_by` and
    `merge_commit` make up the merge. A reason or a note may be a text.
    """
    changed: Any = record
    for name in {"reason", "note"} & facts.keys():
        facts[name] = plain(facts[name])
    attempt = {name: facts.pop(name) for name in _ATTEMPT & facts.keys()}
    if "attempt" in facts:
        attempt["number"] = facts.pop("attempt")
    if attempt:
        changed = changed.with_attempt(replace(changed.attempt, **attempt))
    result: Record = _replace(changed, facts, complete=True)
    return result


def plain(words: Reason | str | None) -> Reason | None:
    """A reason of these words; None for none."""
    return (PlainText(words) if words else None) if isinstance(words, str) else words


Record = TypeVar("Record", Upgrade, Preparation)
_ATTEMPT = {field.name for field in fields(DeploymentAttempt)} - {"number"}
_MERGE = {"merged_at", "merged_by", "merge_commit"}
_PARTS = ("pull_request", "branch", "verification")


def _replace(record: Any, facts: dict[str, Any], *, complete: bool = False) -> Any:
    """The record with those of the facts that it or a part of it has; with `complete`, it has all of them."""
    own = {field.name for field in fields(record)}
    values = {name: facts.pop(name) for name in own & facts.keys()}
    if "merge" in own and _MERGE & facts.keys():
        at, by, commit = (
            facts.pop(name, getattr(record, name)) for name in ("merged_at", "merged_by", "merge_commit")
        )
        values["merge"] = Merge(at or NOW, by, commit) if at or by or commit else None
    changed = replace(record, **values)
    for part in _PARTS:
        if part in own and facts:
            changed = replace(changed, **{part: _replace(getattr(changed, part), facts)})
    assert not (complete and facts), f"no record has {', '.join(facts)}"
    return changed


def result(name: str = "vm", state: CheckState = CheckState.PASS, **facts: Any) -> CheckResult:
    finding = PlainText("All is well.")
    plain = {"title": name.title(), "finding": finding, "link": "", "taken_at": NOW, "seconds": 0.5}
    return CheckResult(name=name, state=state, **{**plain, **facts})


def files(repository: SampleRepository) -> dict[str, tuple[str, bytes]]:
    """A repository's paths to modes and contents."""
    return {path: (file.mode, file.content.encode()) for path, file in repository.files.items()}


def fleet_from(files: Mapping[str, tuple[str, bytes]]) -> Fleet:
    """The fleet that mibot reads from these files."""
    snapshot = snapshot_of(files)
    return read_fleet(snapshot, {blob_sha(content): content for _, content in files.values()})


def snapshot_of(files: Mapping[str, tuple[str, bytes]], tree: str = "tree") -> Snapshot:
    entries = {path: TreeEntry(mode, blob_sha(content)) for path, (mode, content) in files.items()}
    folders = {path.partition("/")[0]: blob_sha(path.encode()) for path in files if "/" in path}
    return Snapshot(tree, entries, folders)
