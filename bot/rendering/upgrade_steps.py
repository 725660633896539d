"""What an upgrade has been through, step by step."""

from __future__ import annotations

from bot.domain.upgrade.changes import AttemptEnd, ended_attempts
from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.formats.markdown import Markdown, escape_link_target, link
from bot.rendering.renderer import Renderer
from bot.rendering.stages import STAGE_ICONS
from bot.rendering.times import format_time
from bot.rendering.upgrades import format_names, pull_link
from bot.rendering.wording import clause, describe

_MAX_WARNINGS = 10


def render_upgrade_steps(renderer: Renderer, upgrade: Upgrade) -> list[Markdown]:
    """The steps of an upgrade so far, one line each."""
    pull = upgrade.pull_request
    if pull.number is None:
        return [Markdown(f"Note: {renderer.safe_text(clause(pull.note))}.")] if pull.note else []
    target = upgrade.version if upgrade.rollback is None else upgrade.rollback.to_version
    steps = [f"Pull request {pull_link(upgrade)}points the active deployment to the golden file of {target}."]
    if pull.content.difference is not None:
        steps = [f"Pull request {pull_link(upgrade)}: {renderer.safe_text(clause(pull.content.difference))}."]
    acceptance = pull.content.acceptance
    if acceptance is not None:
        accepted_by = format_names(renderer, [acceptance.by])
        steps.append(f"Accepted by {accepted_by} as it is: {renderer.safe_text(acceptance.why)}.")
    elif pull.obstacle is not None:
        steps.append(f"Held: {renderer.safe_text(clause(pull.obstacle))}.")
    if pull.note:
        steps.append(f"Note: {renderer.safe_text(clause(pull.note))}.")
    steps += [f"Review: {renderer.safe_text(describe(warning))}" for warning in pull.warnings[:_MAX_WARNINGS]]
    if upgrade.stage in IN_REVIEW:
        steps.append("Next: one approval, then merge. Backup, deployment and health checks follow automatically.")
    if pull.approved_by and upgrade.stage not in IN_REVIEW:
        steps.append(f"Approved by {format_names(renderer, pull.approved_by)}.")
    if upgrade.merged_at:
        by = f" by {format_names(renderer, [pull.merged_by])}" if pull.merged_by else ""
        steps.append(f"Merged{by} at {format_time(upgrade.merged_at)}.")
    steps += _deployment_steps(renderer, upgrade)
    return [Markdown(step) for step in steps]


def _deployment_steps(renderer: Renderer, upgrade: Upgrade) -> list[str]:
    """The steps after the merge: backups, the deployment, what was accepted, and when it was verified healthy."""
    steps = [_describe_attempt(renderer, one) for one in ended_attempts(upgrade)]
    steps += [f"Attempt {upgrade.attempt.number}."] if upgrade.attempt.number > 1 else []
    if upgrade.backups:
        backups = "; ".join(f"{one.kind} {renderer.safe_code(one.name)} {one.state}" for one in upgrade.backups)
        steps.append(f"Backup: {backups}.")
    deployment = upgrade.deployment
    if deployment is not None and deployment.deployed_by:
        steps.append(f"Deployed by hand, reported by {format_names(renderer, [deployment.deployed_by])}.")
    elif deployment is not None and deployment.run_url:
        ended = f", {deployment.conclusion} at {format_time(deployment.ended_at)}" if deployment.ended_at else ""
        steps.append(f"Deployment: [run {deployment.run_id}]({escape_link_target(deployment.run_url)}){ended}.")
    acceptance = upgrade.verification.acceptance
    if acceptance is not None:
        who = format_names(renderer, [acceptance.by])
        steps.append(f"{who} accepted what mibot could not determine: {renderer.safe_text(acceptance.why)}.")
    if upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK} and upgrade.history:
        steps.append(f"Verified healthy at {format_time(upgrade.history[-1].at)}.")
    return steps


def _describe_attempt(renderer: Renderer, end: AttemptEnd) -> str:
    """How an earlier attempt ended, which its retry would else overwrite."""
    why = f": {renderer.safe_text(clause(end.reason))}" if end.reason else ""
    run = f" ({link('run', end.link)})" if end.link else ""
    icon = STAGE_ICONS.get(end.stage, "")
    when, by = format_time(end.at), format_names(renderer, [end.retried_by])
    return f"Attempt {end.number}: {icon} {end.stage} at {when}{why}{run}; requested again by {by}."
