"""`/upgrade rctest`: opens the upgrade pull request of an instance, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.commands.plan import plan_previews
from bot.domain.chat.replies import Paragraph, PreparationProgress, ReplyItem, UpgradeProgress
from bot.domain.effects import Effect
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import parse_arguments, resolve_version, select_instances
from bot.domain.flow.requests import CommandContext, CommandPlan, CommandRequest, Permission
from bot.domain.plans.version_policy import evaluate_policy
from bot.domain.rollout.effects import StartUpgrades
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.rendering import Renderer
from bot.rendering.messages import render_command_message, render_refusal, render_refusals, render_usage_error
from bot.rendering.wording import describe

ENDED_STAGES = frozenset({Stage.CLOSED, Stage.WAITING, Stage.FAILED, Stage.SKIPPED, Stage.ROLLED_BACK})


def plan(request: CommandRequest, view: CommandContext, renderer: Renderer) -> CommandPlan:
    arguments = parse_arguments(request.arguments, flags=("--dry-run",), valued=("--force",))
    fault = arguments.fault or ("" if arguments.names else "name the instances to upgrade: {usage}.")
    version = resolve_version(arguments, request, view)
    if fault or isinstance(version, str):
        return CommandPlan(
            (Paragraph(render_usage_error(renderer, "upgrade", fault or str(version), COMMAND.usage)),)
        )
    chosen = select_instances(arguments.names, view)
    items: list[ReplyItem] = [
        Paragraph(render_command_message(renderer, "upgrade", word.message)) for _, word in chosen.unknown
    ]
    if arguments.option("--dry-run") is not None:
        return plan_previews("upgrade", request, items, chosen.instances, version, renderer)
    start: list[str] = []
    left_out: list[tuple[Instance, str]] = []
    for instance in chosen.instances:
        refusal = _refusal(instance, version, view)
        if not refusal:
            start.append(instance.slug)
            items.append(UpgradeProgress(instance.slug, version))
        elif instance.slug in chosen.by_group:
            left_out.append((instance, refusal))
        else:
            items.append(Paragraph(render_refusal(renderer, instance, refusal)))
    if left_out:
        items.append(Paragraph(render_refusals(renderer, left_out)))
    if start and version not in view.fleet.golden:
        items.append(PreparationProgress(version))
    force = arguments.option("--force") or ""
    effects: list[Effect] = [StartUpgrades(tuple(start), str(version), request.author, request.issue, force)]
    return CommandPlan(tuple(items), tuple(effects) if start else ())


def _refusal(instance: Instance, version: Version, view: CommandContext) -> str:
    """Why policy refuses; an upgrade that is under way or done is shown again instead."""
    existing = view.upgrade(instance.slug, version)
    if existing is not None and existing.stage not in ENDED_STAGES:
        return ""
    if existing is not None and existing.merged_at and existing.back is None:
        return ""
    refused = evaluate_policy(instance, version, view.fleet.golden, view.released)
    return describe(refused.reason) if refused else ""


COMMAND = Command(
    "upgrade",
    '/upgrade INSTANCE … [VERSION] [--dry-run] [--force "reason"]',
    "opens the upgrade pull request of each instance (`internal`, `trial`, `production`, `all`: many) and "
    "follows it to the end",
    Permission.OPERATORS,
    plan,
)
