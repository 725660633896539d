"""The bodies of pull requests. They stay in the deployment repository, where slugs are used freely."""

from __future__ import annotations

import re
from typing import TypeVar

from bot.domain.plans.change_set import ChangeKind, ChangeSet
from bot.domain.plans.pull_request_spec import PullRequestSpec
from bot.domain.plans.reasons.changes import (
    ExecutorsPinned,
    FileRestored,
    GoldenFileCreated,
    HotpatchRemoved,
    ImageRetagged,
    LinkRetargeted,
    ModuleRefUpdated,
)
from bot.domain.plans.ticks import VERIFIED
from bot.formats.compose import Difference
from bot.formats.markdown import MAX_BODY_LENGTH, Markdown, code, truncate_body
from bot.rendering.golden_files import golden_counts, golden_summary
from bot.rendering.reasons import describe_reasons, describe_warnings
from bot.rendering.renderer import render_template
from bot.rendering.wording import clause

R = TypeVar("R")
_COMMIT = re.compile(r"[0-9a-f]{40}")
TEMPLATES = {
    ChangeKind.UPGRADE: "pull_upgrade.md.j2",
    ChangeKind.ROLLBACK: "pull_rollback.md.j2",
    ChangeKind.PREPARATION: "pull_preparation.md.j2",
}


def render_pull_request_body(spec: PullRequestSpec) -> Markdown:
    """The body of a pull request: what changes and why in three lines, test plan, pre-upgrade checks, fallback.

    If it is longer than GitHub allows, the summary of the golden file is left out first.
    """
    body = _render_body(spec, spec.golden_diff)
    if len(body) > MAX_BODY_LENGTH:
        body = _render_body(spec, None)
    return truncate_body(body, "The rest does not fit here.")


def _render_body(spec: PullRequestSpec, golden: Difference | None) -> Markdown:
    change, compared_with = spec.change, spec.compared_with
    summary = None
    if golden is not None and compared_with is not None:
        summary = golden_summary(golden, compared_with, change.new or change.version)
    return render_template(
        TEMPLATES[change.kind],
        change=change,
        change_summary=summarize_change(change),
        details=describe_reasons(change),
        warnings=describe_warnings(change),
        files=len(change.changes),
        hotpatches=_reasons_of_type(change, HotpatchRemoved),
        modules=_reasons_of_type(change, ModuleRefUpdated),
        pins=_reasons_of_type(change, ExecutorsPinned),
        retagged=_reasons_of_type(change, ImageRetagged),
        overrides=[path for made in _reasons_of_type(change, GoldenFileCreated) for path in made.overrides],
        golden=summary,
        made_from_upstream=_made_from_upstream(change),
        counts=golden_counts(golden) if golden is not None and summary else None,
        compared_with=compared_with,
        asked_by=spec.requested_by,
        tracker=Markdown(spec.tracker),
        base=_base_commit(spec),
        verified=Markdown(VERIFIED),
        note=clause(spec.note) if spec.note else "",
        why=spec.reason,
    )


def _made_from_upstream(change: ChangeSet) -> bool:
    """Whether mibot made the golden file of upstream's file and the overrides, and changed nothing else in it."""
    return bool(_reasons_of_type(change, GoldenFileCreated)) and not _reasons_of_type(change, ImageRetagged)


def _base_commit(spec: PullRequestSpec) -> Markdown:
    """The commit that the change was planned on; GitHub makes a link of it. It proves what mibot ticks."""
    commit = spec.base_head.commit
    return Markdown(commit) if _COMMIT.fullmatch(commit) else Markdown("the base branch")


def summarize_change(change: ChangeSet) -> Markdown:
    """The change in a few words for each reason."""
    told = [
        f"{code(one.path)} → {code(one.new.removeprefix('../../../'))}"
        for one in _reasons_of_type(change, LinkRetargeted)
    ]
    told += [f"hotpatch of {code(one.service)} removed" for one in _reasons_of_type(change, HotpatchRemoved)]
    told += [f"module → {code(one.new)}" for one in _reasons_of_type(change, ModuleRefUpdated)]
    told += [f"{code(one.path)} added" for one in _reasons_of_type(change, GoldenFileCreated)]
    pins = len(_reasons_of_type(change, ExecutorsPinned))
    told += [f"{pins} executors module{'s' if pins > 1 else ''} pinned to {change.version}"] if pins else []
    told += [f"{code(one.path)} restored" for one in _reasons_of_type(change, FileRestored)]
    return Markdown("; ".join(told))


def _reasons_of_type(change: ChangeSet, kind: type[R]) -> list[R]:
    return [reason for reason in change.reasons if isinstance(reason, kind)]
