"""What an upgrade would change, for replies. More people read them than the deployment repository."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import public_name
from bot.domain.git_tree import LINK_MODE
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import UpgradePreview
from bot.domain.reasons import Reason
from bot.domain.versions import Version
from bot.formats.compose import Difference
from bot.formats.diffs import change_lines
from bot.formats.markdown import Markdown
from bot.rendering.check_tables import render_checks
from bot.rendering.code_blocks import render_code_block
from bot.rendering.golden_files import golden_summary
from bot.rendering.reasons import describe_reasons, describe_warnings
from bot.rendering.renderer import Renderer
from bot.rendering.wording import clause

MAX_LINES = 80
"""The number of lines of a file's diff that are shown."""


def render_plan(
    renderer: Renderer,
    instance: Instance,
    plan: ChangeSet,
    preview: UpgradePreview,
    results: Sequence[CheckResult],
    obstacle: Reason | None = None,
) -> Markdown:
    """The section of a reply that shows what an upgrade would change. `obstacle` is why it would have to wait.

    `plan` is that of the preview, which is not refused.
    """
    return renderer.render(
        "plan.md.j2",
        name=public_name(instance),
        from_version=plan.old,
        version=plan.version,
        reasons=[renderer.safe_text(told) for told in describe_reasons(plan, instance.slug)],
        replaced=plan.replaced_resources,
        warnings=[renderer.safe_text(warning) for warning in describe_warnings(plan)],
        files=_render_files(renderer, instance, plan, preview),
        preparation=_preparation_values(renderer, preview),
        golden=_golden_summary(renderer, preview.golden_diff, plan.old, plan.version),
        checks=render_checks("Pre-upgrade checks", results, redact=renderer.redact),
        obstacle=renderer.safe_text(clause(obstacle)) if obstacle else None,
    )


def _render_files(
    renderer: Renderer, instance: Instance, plan: ChangeSet, preview: UpgradePreview
) -> list[dict[str, object]]:
    """Each file with its diff. Of customers' files only the changed lines are shown, because people's words surround
    them."""
    context = 2 if instance.internal else 0
    files = []
    for change in plan.changes:
        now, is_link = preview.current_contents.get(change.path), change.mode == LINK_MODE
        lines = change_lines(now, change.content, is_link=is_link, context=context)
        name = change.path.removeprefix(f"{instance.slug}/")
        files.append(
            {
                "name": renderer.safe_code(name),
                "removed": change.content is None,
                "diff": render_code_block(renderer, lines[:MAX_LINES], "diff"),
                "left_out": max(len(lines) - MAX_LINES, 0),
            }
        )
    return files


def _preparation_values(renderer: Renderer, preview: UpgradePreview) -> dict[str, object] | None:
    """What has to be merged first; None if nothing has to."""
    if preview.preparation is None or isinstance(preview.preparation.plan, Refusal):
        return None
    plan = preview.preparation.plan
    return {
        "reasons": [renderer.safe_text(told) for told in describe_reasons(plan)],
        "mistagged_images": [
            renderer.safe_code(f"{one.service}: {one.image.partition('@')[0]}") for one in plan.mistagged_images
        ],
        "warnings": [renderer.safe_text(warning) for warning in describe_warnings(plan)],
    }


def _golden_summary(
    renderer: Renderer, golden: Difference | None, old: Version | None, new: Version
) -> Markdown | None:
    return golden_summary(golden, old, new, renderer.redact) if golden is not None and old is not None else None
