"""What a change would do, in words: for replies, which more people read than the deployment repository."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.fleet.model import Instance
from bot.domain.fleet.names import public_name
from bot.domain.git_tree import LINK_MODE
from bot.domain.health.model import CheckResult
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import UpgradePreview
from bot.domain.versions import Version
from bot.formats.compose.edits import Difference
from bot.formats.diffs import change_lines
from bot.formats.markdown import ZERO_WIDTH_SPACE, Markdown, one_line, truncate
from bot.formats.secrets import mask_secrets
from bot.rendering.golden_files import golden_summary
from bot.rendering.reasons import describe_reasons
from bot.rendering.replies import ReplyRenderer
from bot.rendering.wording import sentence

MAX_LINES = 80
"""Lines of a file's diff that are shown."""
MAX_LINE_LENGTH = 200


_COMMENT_DELIMITER = re.compile("<!--|-->")
"""What begins and ends mibot's own hidden marks: nobody else's text may look like one."""


class PlanRenderer(ReplyRenderer):
    """Words for plans."""

    def plan(
        self,
        instance: Instance,
        target: Version,
        preview: UpgradePreview,
        results: Sequence[CheckResult],
        obstacle: str = "",
    ) -> Markdown:
        """The section of a reply that shows what an upgrade would do. `obstacle` is why it would have to wait."""
        plan = preview.plan
        if isinstance(plan, Refusal):
            return self.refusal(
                instance, f"an upgrade to {target} is refused: {sentence(preview.refusal or plan.reason)}"
            )
        return self.render(
            "plan.md.j2",
            name=public_name(instance),
            from_version=plan.old,
            version=target,
            reasons=[self.safe_text(told) for told in describe_reasons(plan, instance.slug)],
            replaced=plan.replaced_resources,
            warnings=[self.safe_text(warning) for warning in plan.warnings],
            files=self._files(instance, plan, preview),
            preparation=self._preparation_values(preview),
            golden=self._golden_summary(preview.golden_diff, plan.old, target),
            checks=self.check_table(Markdown("Pre-upgrade checks"), results),
            obstacle=self.safe_text(obstacle) if obstacle else None,
        )

    def _files(self, instance: Instance, plan: ChangeSet, preview: UpgradePreview) -> list[dict[str, object]]:
        """Each file with its diff; of customers' files only what changes, for people's words stand around it."""
        context = 2 if instance.internal else 0
        files = []
        for change in plan.changes:
            now, is_link = preview.current_contents.get(change.path), change.mode == LINK_MODE
            lines = change_lines(now, change.content, is_link=is_link, context=context)
            name = change.path.removeprefix(f"{instance.slug}/")
            files.append(
                {
                    "name": self.safe_code(name),
                    "removed": change.content is None,
                    "diff": self.code_block(lines[:MAX_LINES], "diff"),
                    "left_out": max(len(lines) - MAX_LINES, 0),
                }
            )
        return files

    def code_block(self, lines: Sequence[str], language: str = "") -> Markdown:
        """Lines in a code block that ends where it should, without customers' names."""
        kept = "\n".join(self._safe_line(line) for line in lines)
        return Markdown(f"```{language}\n{kept}\n```")

    def _safe_line(self, line: str) -> str:
        """One line as it is, unless it names a customer, holds what nobody sees, or what nobody may see."""
        line = mask_secrets(line)
        clean = one_line(line)
        redacted = self.redact(clean)
        if redacted != clean or not line.isprintable():
            line = line[: len(line) - len(line.lstrip())].replace("\t", " ") + redacted
        line = _COMMENT_DELIMITER.sub(lambda match: f"{match.group()[0]}{ZERO_WIDTH_SPACE}{match.group()[1:]}", line)
        return truncate(line.replace("```", "'''"), MAX_LINE_LENGTH)

    def _preparation_values(self, preview: UpgradePreview) -> dict[str, object] | None:
        """What has to land first, if anything."""
        if preview.preparation is None or isinstance(preview.preparation.plan, Refusal):
            return None
        plan = preview.preparation.plan
        return {
            "reasons": [self.safe_text(told) for told in describe_reasons(plan)],
            "mistagged_images": [
                self.safe_code(f"{one.service}: {one.image.partition('@')[0]}") for one in plan.mistagged_images
            ],
            "warnings": [self.safe_text(warning) for warning in plan.warnings],
        }

    def _golden_summary(self, golden: Difference | None, old: Version | None, new: Version) -> Markdown | None:
        return golden_summary(golden, old, new, self.redact) if golden is not None and old is not None else None
