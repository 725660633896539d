"""Small deployment repositories, and plans made of them: what tests of the planners are about.

Files are a mapping of paths to modes and contents, as `tests.samples.files` makes it of a fleet. The planners get no
more contents than they asked for, as in earnest.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML

from bot.domain.fleet.model import Channel, Instance
from bot.domain.git_tree import FileChange, blob_sha
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.checkout import Checkout
from bot.domain.plans.preparation import blobs_for_preparation, plan_preparation
from bot.domain.plans.rollback import LinkHistory, blobs_for_rollback, plan_rollback
from bot.domain.plans.upgrade import PlanContext, blobs_for_upgrade, plan_upgrade
from bot.domain.reasons import Reason
from tests.domain.upgrade.deployments import Files, golden, plain
from tests.samples import fleet_from, snapshot_of, version

CASES = Path(__file__).parent / "plan_cases"
SLUG = "rctest"
LINK = f"{SLUG}/red/docker-compose/docker-compose.yaml"
OVERRIDE = f"{SLUG}/red/docker-compose/docker-compose.override.yaml"
INFRASTRUCTURE = f"{SLUG}/infrastructure.tf"
EXECUTORS = "modules/executors/main.tf"
REGISTRY = "index.docker.io/sourcegraph"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
FIRST_PARTY = ("frontend", "gitserver", "searcher", "pgsql")
THIRD_PARTY = "jaeger"
NO_FILES: Mapping[str, tuple[str, bytes] | None] = MappingProxyType({})
EMPTY_CONTEXT = PlanContext()


def compose_text(tag: str, *names: str, more: str = "") -> str:
    """A Compose file with the publisher's services of these names (all of `PUBLISHERS` when none is given), one of a
    third party, and `more` at its end."""
    services = "".join(
        f"  # {name} of {tag}\n  {name}:\n    image: '{REGISTRY}/{name}:{tag}@{DIGEST}'\n    cpus: 4\n"
        for name in names or FIRST_PARTY
    )
    return f"version: '2.4'\nservices:\n{services}  {THIRD_PARTY}:\n    image: jaegertracing/all-in-one:1.17\n{more}"


def module_text(*sources: str, name: str = "managed_instance") -> str:
    """infrastructure.tf with one module block for each source."""
    blocks = (
        f'module "{name}{number or ""}" {{\n  source = "{source}"\n\n  customer = var.customer # whose it is\n}}\n'
        for number, source in enumerate(sources)
    )
    return "# The infrastructure.\n" + "\n".join(blocks)


def source(ref: str) -> str:
    return f"git::https://git.example.com/managed.git//modules/managed-instance?ref={ref}"


def repository(override: str | None = None, changed: Mapping[str, tuple[str, bytes] | None] = NO_FILES) -> Files:
    """One instance on 3.40.0 with this docker-compose.override.yaml; `changed` adds files, None takes one away."""
    made: dict[str, tuple[str, bytes] | None] = {
        **{f"golden/docker-compose.{tag}.yaml": plain(compose_text(tag)) for tag in ("3.40.0", "3.40.1", "3.41.0")},
        f"{SLUG}/config.yaml": plain("instanceType: internal\n"),
        f"{SLUG}/terraform.tfvars": plain('active_deployment = "red"\n'),
        LINK: golden("3.40.0"),
        **({OVERRIDE: plain(override)} if override is not None else {}),
        **changed,
    }
    return {path: file for path, file in made.items() if file}


def instance_in(files: Files, slug: str = SLUG) -> Instance:
    """The instance as it is read from the files, but never left out of upgrades."""
    found = fleet_from(files).get(slug)
    assert found is not None, fleet_from(files).unreadable
    return replace(found, skip=None, channel=Channel.STABLE)


def checkout(files: Mapping[str, tuple[str, bytes]], wanted: Iterable[str] | None = None) -> Checkout:
    """The files with the contents of the wanted SHA-1s, of all of them where none are named."""
    contents = {blob_sha(content): content for _, content in files.values()}
    shas = contents.keys() if wanted is None else set(wanted)
    return Checkout(snapshot_of(files), {sha: contents[sha] for sha in shas})


def upgrade_plan(
    files: Files, target: str, known: PlanContext = EMPTY_CONTEXT, instance: Instance | None = None
) -> ChangeSet | Refusal:
    one = instance or instance_in(files)
    wanted = blobs_for_upgrade(snapshot_of(files), one, version(target))
    return plan_upgrade(one, version(target), checkout(files, wanted), known)


def preparation_plan(
    files: Files, target: str, upstream: str, users: tuple[Instance, ...] = ()
) -> ChangeSet | Refusal:
    wanted = blobs_for_preparation(snapshot_of(files), version(target))
    return plan_preparation(version(target), upstream, checkout(files, wanted), users)


def rollback_plan(
    before: Files,
    after: Files,
    now: Files | None = None,
    instance: Instance | None = None,
    known: PlanContext = EMPTY_CONTEXT,
) -> ChangeSet | Refusal:
    """What goes back from `now` (`after` when nothing was changed since), where a commit made `after` of `before`."""
    present = after if now is None else now
    past = LinkHistory("commit", snapshot_of(before), snapshot_of(after))
    one = instance or instance_in(present)
    contents = {blob_sha(content): content for files in (before, after, present) for _, content in files.values()}
    wanted = blobs_for_rollback(snapshot_of(present), one, past)
    return plan_rollback(one, past, Checkout(snapshot_of(present), {sha: contents[sha] for sha in wanted}), known)


def planned_upgrade(files: Files, target: str = "3.40.1", **facts: Any) -> ChangeSet:
    plan = upgrade_plan(files, target, **facts)
    assert isinstance(plan, ChangeSet), plan
    return plan


def refused_upgrade(files: Files, target: str = "3.40.1", **facts: Any) -> Refusal:
    plan = upgrade_plan(files, target, **facts)
    assert isinstance(plan, Refusal), plan
    return plan


def planned_preparation(files: Files, target: str, upstream: str, users: tuple[Instance, ...] = ()) -> ChangeSet:
    plan = preparation_plan(files, target, upstream, users)
    assert isinstance(plan, ChangeSet), plan
    return plan


def refused_preparation(files: Files, target: str, upstream: str) -> Reason:
    plan = preparation_plan(files, target, upstream)
    assert isinstance(plan, Refusal), plan
    return plan.reason


def planned_rollback(before: Files, after: Files, now: Files | None = None, **facts: Any) -> ChangeSet:
    plan = rollback_plan(before, after, now, **facts)
    assert isinstance(plan, ChangeSet), plan
    return plan


def refused_rollback(before: Files, after: Files, now: Files | None = None, **facts: Any) -> Reason:
    plan = rollback_plan(before, after, now, **facts)
    assert isinstance(plan, Refusal), plan
    return plan.reason


def apply_changes(files: Files, changes: Iterable[FileChange]) -> Files:
    """The files after one commit with these changes."""
    made = dict(files)
    for change in changes:
        if change.content is None:
            made.pop(change.path, None)
        else:
            made[change.path] = (change.mode, change.content.encode())
    return made


def text_after(files: Files, plan: ChangeSet, path: str = OVERRIDE) -> str | None:
    """What a file says once the change set is applied, or None when it is gone."""
    file = apply_changes(files, plan.changes).get(path)
    return file[1].decode() if file else None


def load_yaml(text: str) -> Any:
    """What a YAML text says, read by another reader."""
    return YAML(typ="safe", pure=True).load(text)


def render_diff(files: Files, plan: ChangeSet, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """A change set as a reviewer sees it: a unified diff, with links shown by their targets.

    `names` maps paths that are new to the text that they are compared with.
    """
    return "".join(
        line for change in plan.changes for line in _render_file_diff(files, change, names.get(change.path))
    )


def _render_file_diff(files: Files, change: FileChange, compared: str | None) -> Iterator[str]:
    old_mode, old = files.get(change.path, ("", b""))
    text = old.decode() if compared is None else compared
    origin = "upstream" if compared is not None else f"a/{change.path}" if old_mode else "/dev/null"
    if change.content is None:
        yield f"deleted file mode {old_mode}\n"
    elif not old_mode:
        yield f"new file mode {change.mode}\n"
    elif old_mode != change.mode:
        yield f"old mode {old_mode}, new mode {change.mode}\n"
    lines = difflib.unified_diff(
        text.splitlines(),
        (change.content or "").splitlines(),
        origin,
        "/dev/null" if change.content is None else f"b/{change.path}",
        lineterm="",
        n=2,
    )
    yield from (f"{line}\n" for line in lines)
