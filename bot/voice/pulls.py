"""What pull requests say. They stay in the deployment repository, where slugs are used freely."""

from __future__ import annotations

from typing import TypeVar

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
from bot.domain.compose import Difference
from bot.domain.markdown import LIMIT, Markdown, code, cut
from bot.domain.orders import Order
from bot.voice.golden import golden_counts, golden_summary
from bot.voice.pen import environment
from bot.voice.reasons import reasons_told

R = TypeVar("R")
TEMPLATES = {
    Kind.UPGRADE: "pull_upgrade.md.j2",
    Kind.ROLLBACK: "pull_rollback.md.j2",
    Kind.PREPARATION: "pull_preparation.md.j2",
}


def pull_body(order: Order) -> Markdown:
    """The body of a pull request, all of it from its change set: what and why in three lines, test plan, pre-upgrade
    checks, fallback. Where GitHub's limit demands, the summary of the golden file goes first."""
    body = _rendered(order, order.golden)
    if len(body) > LIMIT:
        body = _rendered(order, None)
    return cut(body, "The rest does not fit here.")


def _rendered(order: Order, golden: Difference | None) -> Markdown:
    change, compared_with = order.change, order.compared_with
    summary = None
    if golden is not None and compared_with is not None:
        summary = golden_summary(golden, compared_with, change.new or change.version)
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
            golden=summary,
            counts=golden_counts(golden) if golden is not None and summary else None,
            compared_with=compared_with,
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


def _of(change: ChangeSet, kind: type[R]) -> list[R]:
    return [reason for reason in change.reasons if isinstance(reason, kind)]
