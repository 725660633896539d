"""`/upgrade rctest`: opens the upgrade pull request of an instance, or finds the one there is."""

from __future__ import annotations

from bot.commands import Command
from bot.commands.plan import previews
from bot.domain.chat.replies import Item, Paragraph, Preparing, Progress
from bot.domain.fleet.model import Instance
from bot.domain.flow.arguments import choose, read, the_version
from bot.domain.flow.effects import Effect, StartUpgrades
from bot.domain.flow.requests import Plan, Request, View, Who
from bot.domain.plans.version_policy import judge
from bot.domain.upgrade.stages import Stage
from bot.domain.versions import Version
from bot.rendering import Voice

ENDED = frozenset({Stage.CLOSED, Stage.WAITING, Stage.FAILED, Stage.SKIPPED, Stage.ROLLED_BACK})


def plan(request: Request, view: View, voice: Voice) -> Plan:
    arguments = read(request.arguments, flags=("--dry-run",), valued=("--force",))
    fault = arguments.fault or ("" if arguments.names else "name the instances to upgrade: {usage}.")
    version = the_version(arguments, request, view)
    if fault or isinstance(version, str):
        return Plan((Paragraph(voice.misused("upgrade", fault or str(version), COMMAND.usage)),))
    chosen = choose(arguments.names, view)
    items: list[Item] = [Paragraph(voice.about_command("upgrade", word.sentence)) for _, word in chosen.unknown]
    if arguments.option("--dry-run") is not None:
        return previews("upgrade", request, items, chosen.instances, version, voice)
    start: list[str] = []
    left_out: list[tuple[Instance, str]] = []
    for instance in chosen.instances:
        refusal = _refusal(instance, version, view)
        if not refusal:
            start.append(instance.slug)
            items.append(Progress(instance.slug, version))
        elif instance.slug in chosen.by_group:
            left_out.append((instance, refusal))
        else:
            items.append(Paragraph(voice.refusal(instance, refusal)))
    if left_out:
        items.append(Paragraph(voice.left_out(left_out)))
    if start and version not in view.fleet.golden:
        items.append(Preparing(version))
    force = arguments.option("--force") or ""
    effects: list[Effect] = [StartUpgrades(tuple(start), str(version), request.author, request.issue, force)]
    return Plan(tuple(items), tuple(effects) if start else ())


def _refusal(instance: Instance, version: Version, view: View) -> str:
    """Why policy refuses; an upgrade that is under way or done is shown again instead."""
    existing = view.upgrade(instance.slug, version)
    if existing is not None and existing.stage not in ENDED:
        return ""
    if existing is not None and existing.merged_at and existing.back is None:
        return ""
    refused = judge(instance, version, view.fleet.golden, view.released)
    return refused.sentence if refused else ""


COMMAND = Command(
    "upgrade",
    '/upgrade INSTANCE … [VERSION] [--dry-run] [--force "reason"]',
    "opens the upgrade pull request of each instance (`internal`, `trial`, `production`, `all`: many) and "
    "follows it to the end",
    Who.OPERATORS,
    plan,
)
