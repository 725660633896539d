"""The fleet as people and programs see it in a terminal. Pure: no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from bot.domain.fleet.model import Fleet, Instance, InstanceType
from bot.domain.plans.version_policy import evaluate_policy
from bot.domain.versions import Version
from bot.rendering.wording import clause, describe

MIN_WIDTH_FOR_DOMAINS = 110
"""The number of columns from which on the domains are shown. With fewer, the states would have too little room."""


def target_status(instance: Instance, target: Version, known: Collection[Version]) -> str:
    """Whether an instance can be upgraded to a version, or the sentence that says why not."""
    if instance.version == target:
        return "on it"
    if instance.skip_reason:
        return _skip_text(instance)
    refusal = evaluate_policy(instance, target, known, ())
    return f"no: {clause(refusal.reason)}" if refusal else "can go there"


def _skip_text(instance: Instance) -> str:
    return f"left out: {describe(instance.skip_reason)}" if instance.skip_reason else ""


def instances(fleet: Fleet, target: Version | None, known: Collection[Version], width: int) -> Table:
    """The instances in order of work, for a terminal with `width` columns. States wrap, names do not."""
    roomy = width >= MIN_WIDTH_FOR_DOMAINS
    table = _table("instance", "type", *(["domain"] if roomy else []), "active", "version", "exec.")
    table.add_column(f"to {target}" if target else "state", overflow="fold")
    for instance in fleet:
        words = [target_status(instance, target, known) if target else _skip_text(instance), instance.note]
        cells = [instance.type, *([instance.domain] if roomy else []), instance.active, str(instance.version)]
        cells += ["yes" if instance.executors else "", " · ".join(word for word in words if word)]
        table.add_row(f"[bold]{instance.slug}", *map(escape, cells), style="dim" if instance.skip_reason else "")
    for one in fleet.suspended:
        blank = [""] * (len(table.columns) - 2)
        table.add_row(f"[bold]{escape(one.slug)}", *blank, f"left out: {describe(one.reason)}", style="dim")
    return table


def problems(fleet: Fleet) -> Table:
    """The folders that can't be read. `tree` is how the tracker names a folder whose account is unknown."""
    table = _table("folder", "tree")
    table.add_column("can't be read", overflow="fold")
    for problem in fleet.problems:
        table.add_row(f"[red]{escape(problem.slug)}", problem.tree_prefix, escape(describe(problem.reason)))
    return table


def _table(*names: str) -> Table:
    """A table whose first columns are never cut or wrapped."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for name in names:
        table.add_column(name, no_wrap=True)
    return table


def counts(fleet: Fleet) -> dict[str, Any]:
    types = Counter(instance.type for instance in fleet)
    versions = Counter(instance.version for instance in fleet)
    return {
        "instances": len(fleet),
        **{str(type_): types[type_] for type_ in InstanceType},
        "left_out": sum(1 for instance in fleet if instance.skip_reason) + len(fleet.suspended),
        "problems": len(fleet.problems),
        "versions": {str(version): versions[version] for version in sorted(versions)},
    }


def summary(fleet: Fleet) -> str:
    """The counts in one sentence."""
    number = counts(fleet)
    kinds = ", ".join(f"{number[type_]} {type_}" for type_ in InstanceType)
    running = ", ".join(f"{count} on {version}" for version, count in number["versions"].items())
    newest = f"newest golden file {max(fleet.golden)}" if fleet.golden else "no golden file"
    parts = [f"{len(fleet)} instances ({kinds})", running, f"{number['left_out']} left out", newest]
    parts += [f"{len(fleet.problems)} can't be read"] if fleet.problems else []
    return " · ".join(part for part in parts if part)


def document(fleet: Fleet, target: Version | None, known: Collection[Version]) -> dict[str, Any]:
    """The fleet as JSON. The keys are promised; others may be added.

    `version`: the one asked about, or null. `instances`, in order of work: `slug`, `type`, `domain`, `public`,
    `account` (null for internal ones), `ordinal` (which of the account's instances), `deployment` (red or black),
    `version`, `executors`, `channel`, `left_out` (why, or empty), `note`, `trial_additional_days`, and `standing`
    to the version asked about (null without one). `problems`: `folder`, `sentence`, `tree`. `suspended`: `folder`
    and `tree` of instances that are suspended and have no deployment (`left_out` of `counts` has them too). `golden`:
    versions with a golden file, ascending. `counts`: see `counts`.
    """
    return {
        "version": str(target) if target else None,
        "instances": [
            {
                "slug": instance.slug,
                "type": instance.type,
                "domain": instance.domain,
                "public": instance.public,
                "account": instance.account,
                "ordinal": instance.ordinal,
                "deployment": instance.active,
                "version": str(instance.version),
                "executors": instance.executors,
                "channel": instance.channel,
                "left_out": describe(instance.skip_reason) if instance.skip_reason else "",
                "note": instance.note,
                "trial_additional_days": instance.trial_additional_days,
                "standing": target_status(instance, target, known) if target else None,
            }
            for instance in fleet
        ],
        "problems": [
            {"folder": p.slug, "sentence": describe(p.reason), "tree": p.tree_prefix} for p in fleet.problems
        ],
        "suspended": [{"folder": one.slug, "tree": one.tree_prefix} for one in fleet.suspended],
        "golden": [str(version) for version in sorted(fleet.golden)],
        "counts": counts(fleet),
    }
