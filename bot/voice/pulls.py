"""What pull requests say. They stay in the deployment repository, where slugs are used freely."""

from __future__ import annotations

from bot.domain.changeset import (
    ChangeSet,
    ExecutorsPinned,
    GoldenMade,
    HotpatchRemoved,
    ImageRetagged,
    Kind,
    LinkMoved,
    ModuleMoved,
    Restored,
)
from bot.domain.markdown import Markdown, code
from bot.domain.orders import Order
from bot.voice.golden import golden_counts, golden_summary
from bot.voice.pen import environment
from bot.voice.reasons import reasons_told

TEMPLATES = {
    Kind.UPGRADE: "pull_upgrade.md.j2",
    Kind.ROLLBACK: "pull_rollback.md.j2",
    Kind.PREPARATION: "pull_preparation.md.j2",
}


def pull_body(order: Order) -> Markdown:
    """The body of a pull request, all of it from its change set: what and why in three lines, test plan, pre-upgrade
    checks, fallback."""
    change = order.change
    compared = order.golden is not None and order.compared_with is not None and change.new is not None
    summary = None
    if order.golden is not None and order.compared_with is not None:
        summary = golden_summary(order.golden, order.compared_with, change.new or change.version)
    template = environment(str).get_template(TEMPLATES[change.kind])
    return Markdown(
        template.render(
            change=change,
            what=what(change),
            details=reasons_told(change),
            files=len(change.changes),
            hotpatches=_of(change, HotpatchRemoved),
            modules=_of(change, ModuleMoved),
            pins=_of(change, ExecutorsPinned),
            retagged=_of(change, ImageRetagged),
            overrides=[path for made in _of(change, GoldenMade) for path in made.overrides],
            links=_of(change, LinkMoved),
            golden=summary,
            counts=golden_counts(order.golden) if order.golden is not None and (compared or summary) else None,
            compared_with=order.compared_with,
            asked_by=order.asked_by,
            tracker=Markdown(order.tracker),
            note=order.note,
            why=order.why,
        ).strip()
    )


def what(change: ChangeSet) -> Markdown:
    """The change in half a line each thing."""
    told = [f"{code(one.path)} → {code(one.new.removeprefix('../../../'))}" for one in _of(change, LinkMoved)]
    told += [f"hotpatch of {code(one.service)} removed" for one in _of(change, HotpatchRemoved)]
    told += [f"module → {code(one.new)}" for one in _of(change, ModuleMoved)]
    told += [f"{code(one.path)} added" for one in _of(change, GoldenMade)]
    pins = len(_of(change, ExecutorsPinned))
    told += [f"{pins} executors module{'s' if pins > 1 else ''} pinned to {change.version}"] if pins else []
    told += [f"{code(one.path)} restored" for one in _of(change, Restored)]
    return Markdown("; ".join(told))


def _of(change: ChangeSet, kind: type) -> list:  # type: ignore[type-arg]
    return [reason for reason in change.reasons if isinstance(reason, kind)]
