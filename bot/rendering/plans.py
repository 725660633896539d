"""What a change would do, in words: for replies, which more people read than the deployment repository."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.fleet.model import LINK_MODE, Instance
from bot.domain.fleet.names import public_name
from bot.domain.health.model import Result
from bot.domain.plans.change_set import ChangeSet, Refusal
from bot.domain.plans.preview import Preview
from bot.domain.versions import Version
from bot.formats.compose.edits import Difference
from bot.formats.diffs import change_lines
from bot.formats.markdown import INVISIBLE, Markdown, one_line, shorten
from bot.formats.secrets import without_secrets
from bot.rendering.golden_files import golden_summary
from bot.rendering.reasons import reasons_told
from bot.rendering.replies import ReplyVoice

MOST_LINES = 80
"""Lines of a file's diff that are shown."""
LONGEST_LINE = 200


_ACTIVE = re.compile("<!--|-->")
"""What begins and ends mibot's own hidden marks: nobody else's text may look like one."""


class PlanVoice(ReplyVoice):
    """Words for plans."""

    def plan(
        self, instance: Instance, target: Version, preview: Preview, results: Sequence[Result], obstacle: str = ""
    ) -> Markdown:
        """The section of a reply that shows what an upgrade would do. `obstacle` is why it would have to wait."""
        plan = preview.plan
        if isinstance(plan, Refusal):
            return self.refusal(instance, f"an upgrade to {target} is refused: {preview.refusal}")
        return self.render(
            "plan.md.j2",
            name=public_name(instance),
            from_version=plan.old,
            version=target,
            reasons=[self.sentence(told) for told in reasons_told(plan, instance.slug)],
            replaced=plan.replaced,
            warnings=[self.sentence(warning) for warning in plan.warnings],
            files=self._files(instance, plan, preview),
            prepared=self._prepared(preview),
            golden=self._summary(preview.golden, plan.old, target),
            checks=self.check_table(Markdown("Pre-upgrade checks"), results),
            obstacle=self.sentence(obstacle) if obstacle else None,
        )

    def _files(self, instance: Instance, plan: ChangeSet, preview: Preview) -> list[dict[str, object]]:
        """Each file with its diff; of customers' files only what changes, for people's words stand around it."""
        context = 2 if instance.internal else 0
        files = []
        for change in plan.changes:
            now, is_link = preview.now.get(change.path), change.mode == LINK_MODE
            lines = change_lines(now, change.content, is_link=is_link, context=context)
            name = change.path.removeprefix(f"{instance.slug}/")
            files.append(
                {
                    "name": self.code(name),
                    "removed": change.content is None,
                    "diff": self.block(lines[:MOST_LINES], "diff"),
                    "left_out": max(len(lines) - MOST_LINES, 0),
                }
            )
        return files

    def block(self, lines: Sequence[str], language: str = "") -> Markdown:
        """Lines in a code block that ends where it should, without customers' names."""
        kept = "\n".join(self._line(line) for line in lines)
        return Markdown(f"```{language}\n{kept}\n```")

    def _line(self, line: str) -> str:
        """One line as it is, unless it names a customer, holds what nobody sees, or what nobody may see."""
        line = without_secrets(line)
        clean = one_line(line)
        redacted = self.redact(clean)
        if redacted != clean or not line.isprintable():
            line = line[: len(line) - len(line.lstrip())].replace("\t", " ") + redacted
        line = _ACTIVE.sub(lambda match: f"{match.group()[0]}{INVISIBLE}{match.group()[1:]}", line)
        return shorten(line.replace("```", "'''"), LONGEST_LINE)

    def _prepared(self, preview: Preview) -> dict[str, object] | None:
        """What has to land first, if anything."""
        if preview.prepared is None or isinstance(preview.prepared.plan, Refusal):
            return None
        plan = preview.prepared.plan
        return {
            "reasons": [self.sentence(told) for told in reasons_told(plan)],
            "stray": [self.code(f"{one.service}: {one.image.partition('@')[0]}") for one in plan.stray],
            "warnings": [self.sentence(warning) for warning in plan.warnings],
        }

    def _summary(self, golden: Difference | None, old: Version | None, new: Version) -> Markdown | None:
        return golden_summary(golden, old, new, self.redact) if golden is not None and old is not None else None
