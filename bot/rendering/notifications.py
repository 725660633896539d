"""What notifications say: check runs, evidence comments and mentions of the people on call."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.chat import markers
from bot.domain.fleet.names import plain_name
from bot.domain.github_models import CheckRun
from bot.domain.health.model import CheckState, sort_worst_first, worst_state
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage
from bot.formats.markdown import Markdown, escape_link_target, one_line, truncate_body
from bot.rendering.check_tables import fold_checks, render_checks
from bot.rendering.renderer import Renderer, render_template
from bot.rendering.upgrades import pull_link, upgrade_reason
from bot.rendering.wording import clause

PRE_UPGRADE_CHECK = "mibot / pre-upgrade"
"""The name of the check run on the head commit of an upgrade's pull request."""
_CONCLUSIONS = {CheckState.PASS: "success", CheckState.FAIL: "failure", CheckState.UNKNOWN: "action_required"}


def render_mention(renderer: Renderer, upgrade: Upgrade, on_call: Sequence[str], marker: Markdown) -> Markdown:
    """The comment that mentions the people on call, because an upgrade failed after its merge."""
    instance = renderer.fleet.get(upgrade.slug)
    run_url = upgrade.deployment.run_url if upgrade.deployment else ""
    return renderer.render(
        "mention.md.j2",
        marker=marker,
        people=Markdown(", ".join(f"@{name}" for name in on_call)),
        name=renderer.instance_name(upgrade.slug),
        change_kind=Markdown("upgrade" if upgrade.rollback is None else "rollback"),
        version=upgrade.target,
        rollout_version=upgrade.version,
        reason=renderer.safe_text(upgrade_reason(renderer, upgrade)),
        run=escape_link_target(run_url) if run_url else None,
        pull=Markdown(pull_link(upgrade).strip()),
        instance_name=Markdown(plain_name(instance) if instance else "INSTANCE"),
    )


def render_pre_upgrade_check(upgrade: Upgrade) -> CheckRun:
    """The check run on a pull request's head commit. An unknown result is no success. If an operator forces the
    upgrade, the check run says so and blocks nothing; but a pull request that is not what was planned has to be
    accepted."""
    results = sort_worst_first(upgrade.verification.before)
    state = worst_state(results)
    passed = sum(result.state is CheckState.PASS for result in results)
    title = f"{passed} of {len(results)} health checks pass"
    conclusion = _CONCLUSIONS[state]
    if upgrade.force and state is not CheckState.PASS:
        title, conclusion = f"{title}; forced by {upgrade.force.by}: {upgrade.force.why}", "neutral"
    obstacle = upgrade.pull_request.obstacle
    if obstacle is not None:
        title, conclusion = clause(obstacle), "action_required"
    table = render_checks("Pre-upgrade checks", results, links=True)
    return CheckRun(
        PRE_UPGRADE_CHECK, conclusion, one_line(title), truncate_body(table, "The rest does not fit here.")
    )


def render_evidence_comment(upgrade: Upgrade, tracker: str) -> Markdown:
    """The comment on a pull request that proves what was done: who did what and when, with which result, and every
    check with its time (domain.md, "Rules": CI-98, CI-108, CI-109, CI-110)."""
    body = render_template(
        "pull_evidence.md.j2",
        marker=Markdown(markers.evidence(upgrade.kind)),
        upgrade=upgrade,
        tracker=Markdown(tracker),
        verdict=_verdict(upgrade),
        checks=_evidence_checks(upgrade),
    )
    return truncate_body(body, "The rest does not fit here; `mibot evidence` has all of it.")


def _evidence_checks(upgrade: Upgrade) -> list[Markdown]:
    """The checks after the deployment; under them, folded, those before it."""
    before, after = upgrade.verification.before, upgrade.verification.after
    shown = []
    if after:
        shown.append(render_checks("Health checks after the deployment", after, before=before, links=True))
    if before:
        caption = f"Health checks before the {upgrade.kind}"
        shown.append(fold_checks(caption, before, render_checks(caption, before, links=True)))
    return shown


def _verdict(upgrade: Upgrade) -> str:
    if upgrade.stage is Stage.DONE:
        return f"{upgrade.slug} runs {upgrade.target}, verified healthy"
    if upgrade.stage is Stage.ROLLED_BACK:
        return f"{upgrade.slug} is back on {upgrade.target}, verified healthy"
    why = clause(upgrade.reason) if upgrade.reason else ""
    return f"{upgrade.slug}: {upgrade.stage}: {why}"
