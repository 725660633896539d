"""What pull requests say. They stay in the deployment repository, where slugs are used freely."""

from __future__ import annotations

from typing import TypeVar

from bot.domain.chat import markers
from bot.domain.github_models import Report
from bot.domain.health.model import State, overall, worst_first
from bot.domain.plans.change_set import (
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
from bot.domain.plans.pull_request_spec import Order
from bot.domain.upgrade.publications import PRE_UPGRADE
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.compose.edits import Difference
from bot.formats.markdown import LIMIT, Markdown, code, cut, one_line
from bot.rendering.golden_files import golden_counts, golden_summary
from bot.rendering.reasons import reasons_told
from bot.rendering.renderer import ICONS, environment

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


_CONCLUSIONS = {State.PASS: "success", State.FAIL: "failure", State.UNKNOWN: "action_required"}


def pre_upgrade_report(upgrade: Upgrade) -> Report:
    """The check run on a pull request's head commit. Unknown is no success; where an operator forces the upgrade, the
    check run says so and stands in nobody's way."""
    results = worst_first(upgrade.before)
    state = overall(results)
    passed = sum(result.state is State.PASS for result in results)
    title = f"{passed} of {len(results)} health checks pass"
    conclusion = _CONCLUSIONS[state]
    if upgrade.forced and state is not State.PASS:
        title, conclusion = f"{title}; forced by {upgrade.forced_by}: {upgrade.forced}", "neutral"
    table = environment(str).get_template("pull_checks.md.j2").render(results=results, icons=ICONS)
    return Report(PRE_UPGRADE, conclusion, one_line(title), cut(table.strip(), "The rest does not fit here."))


def evidence_comment(upgrade: Upgrade, tracker: str) -> Markdown:
    """The comment on a pull request that proves what was done: who, what, when, with which result, every check with
    its time (domain.md, "Rules": CI-98, CI-108, CI-109, CI-110)."""
    template = environment(str).get_template("pull_evidence.md.j2")
    body = template.render(
        marker=Markdown(markers.evidence(upgrade.kind)),
        upgrade=upgrade,
        tracker=Markdown(tracker),
        verdict=_verdict(upgrade),
        icons=ICONS,
        rolled_back=upgrade.back is not None,
    )
    return cut(body.strip(), "The rest does not fit here; `mibot evidence` has all of it.")


def _verdict(upgrade: Upgrade) -> str:
    if upgrade.stage is Stage.DONE:
        return f"{upgrade.slug} runs {upgrade.target}, proven healthy"
    if upgrade.stage is Stage.ROLLED_BACK:
        return f"{upgrade.slug} is back on {upgrade.target}, proven healthy"
    return f"{upgrade.slug}: {upgrade.stage}: {upgrade.reason}"


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
