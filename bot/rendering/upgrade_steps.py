"""What was done for an upgrade so far, step by step."""

from __future__ import annotations

from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.formats.markdown import Markdown, escape_link_target
from bot.rendering.renderer import Renderer
from bot.rendering.upgrades import format_names, format_time, pull_link

_MAX_WARNINGS = 10


def render_upgrade_steps(renderer: Renderer, upgrade: Upgrade) -> list[Markdown]:
    """What was done so far, one line each."""
    if upgrade.number is None:
        return [Markdown(f"Note: {renderer.safe_text(upgrade.note)}.")] if upgrade.note else []
    target = upgrade.version if upgrade.back is None else upgrade.back.to
    steps = [f"Pull request {pull_link(upgrade)}points the active deployment to the golden file of {target}."]
    if upgrade.note:
        steps.append(f"Note: {renderer.safe_text(upgrade.note)}.")
    steps += [f"Look at this: {renderer.safe_text(warning)}" for warning in upgrade.warnings[:_MAX_WARNINGS]]
    if upgrade.stage in IN_REVIEW:
        steps.append("Next: one approval, then merge. Backup, deployment and health checks follow by themselves.")
    if upgrade.approved_by and upgrade.stage not in IN_REVIEW:
        steps.append(f"Approved by {format_names(renderer, upgrade.approved_by)}.")
    if upgrade.merged_at:
        by = f" by {format_names(renderer, [upgrade.merged_by])}" if upgrade.merged_by else ""
        steps.append(f"Merged{by} at {format_time(upgrade.merged_at)}.")
    steps += _deployment_steps(renderer, upgrade)
    return [Markdown(step) for step in steps]


def _deployment_steps(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    """What was done after the merge: backups by their names, the run, who vouched, when it was proven."""
    steps = [f"Attempt {upgrade.attempt}."] if upgrade.attempt > 1 else []
    if upgrade.copies:
        copies = "; ".join(f"{copy.kind} {renderer.safe_code(copy.name)} {copy.state}" for copy in upgrade.copies)
        steps.append(f"Backup: {copies}.")
    deployment = upgrade.deployment
    if deployment is not None and deployment.by:
        steps.append(f"Deployed by hand, says {format_names(renderer, [deployment.by])}.")
    elif deployment is not None and deployment.url:
        ended = f", {deployment.conclusion} at {format_time(deployment.ended_at)}" if deployment.ended_at else ""
        steps.append(f"Deployment: [run {deployment.run}]({escape_link_target(deployment.url)}){ended}.")
    if upgrade.accepted:
        who = format_names(renderer, [upgrade.accepted_by])
        steps.append(f"{who} vouches for what could not be found out: {renderer.safe_text(upgrade.accepted)}.")
    if upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK} and upgrade.history:
        steps.append(f"Proven healthy at {format_time(upgrade.history[-1].at)}.")
    return steps
