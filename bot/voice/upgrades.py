"""Where an upgrade stands, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.domain.facts import Conclusion
from bot.domain.markdown import Markdown, link_target
from bot.domain.upgrade import IN_REVIEW, Stage, Upgrade
from bot.voice.pen import Pen

_MOST_NAMES = 5


class UpgradeVoice(Pen):
    """Words for the state of an upgrade."""

    def state(self, upgrade: Upgrade) -> Markdown:
        """Where an upgrade stands, in a few words with the link to its pull request."""
        reason = f": {self.sentence(upgrade.reason)}" if upgrade.reason else ""
        return Markdown(f"{pull_link(upgrade)}{self._standing(upgrade, _MOST_NAMES)}{reason or _running(upgrade)}")

    def brief_state(self, upgrade: Upgrade, room: int) -> Markdown:
        """The same in at most `room` characters: what does not fit is left out, the reason first."""
        for words in (f"{pull_link(upgrade)}{self._standing(upgrade, 1)}", str(upgrade.stage)):
            if len(words) <= room:
                reason = self.brief(upgrade.reason, room - len(words) - 2)
                running = _running(upgrade) if len(words) + len(_running(upgrade)) <= room else ""
                return Markdown(f"{words}: {reason}" if reason else f"{words}{running}")
        return Markdown("")

    def _standing(self, upgrade: Upgrade, most: int) -> str:
        match upgrade.stage:
            case Stage.APPROVED:
                return f"approved by {self.people(upgrade.approved_by, most)}{self._checks(upgrade, most)}"
            case Stage.CHANGES_REQUESTED:
                return f"changes requested by {self.people(upgrade.objections_by, most)}{self._checks(upgrade, most)}"
            case Stage.OPEN:
                return f"open, waiting for a review{self._checks(upgrade, most)}"
            case Stage.MERGED if upgrade.merged_by:
                return f"merged by {self.people([upgrade.merged_by], most)}"
            case _:
                return str(upgrade.stage)

    def _checks(self, upgrade: Upgrade, most: int) -> str:
        """How the pull request's own checks stand, after a comma, or nothing when there are none."""
        match upgrade.checks:
            case Conclusion.SUCCESS:
                return ", its checks passed"
            case Conclusion.PENDING:
                return ", its checks are running"
            case Conclusion.FAILURE:
                named = f" ({self.people(upgrade.failing, most)})" if upgrade.failing and most > 1 else ""
                return f", its checks failed{named}"
            case _:
                return ""

    def people(self, names: Sequence[str], most: int = _MOST_NAMES) -> str:
        """The first of these names, and how many more there are."""
        shown = ", ".join(self.code(name) for name in names[:most])
        return f"{shown} and {len(names) - most} more" if len(names) > most else shown

    def steps(self, upgrade: Upgrade) -> list[Markdown]:
        """What was done so far, one line each."""
        if upgrade.number is None:
            return []
        steps = [
            f"Pull request {pull_link(upgrade)}points the active deployment to the golden file of {upgrade.version}."
        ]
        if upgrade.stage in IN_REVIEW:
            steps.append("Next: one approval, then merge. The health checks run again after the merge.")
        if upgrade.approved_by and upgrade.stage not in IN_REVIEW:
            steps.append(f"Approved by {self.people(upgrade.approved_by)}.")
        if upgrade.merged_at:
            by = f" by {self.people([upgrade.merged_by])}" if upgrade.merged_by else ""
            steps.append(f"Merged{by} at {upgrade.merged_at:%Y-%m-%d %H:%M:%S} UTC.")
        return [Markdown(step) for step in steps]

    def counts(self, upgrades: Iterable[Upgrade]) -> tuple[list[tuple[str, int]], int, int]:
        """How many upgrades stand where, how many are done, and of how many that take part."""
        asked_for = list(upgrades)
        stages = Counter(upgrade.stage for upgrade in asked_for)
        done = stages.pop(Stage.DONE, 0)
        taking_part = {upgrade.slug for upgrade in asked_for} | {i.slug for i in self.fleet if not i.skip_reason}
        return [(stage.value, stages[stage]) for stage in Stage if stages[stage]], done, len(taking_part)


def pull_link(upgrade: Upgrade) -> str:
    """The link to the pull request with a blank behind it, or nothing while there is none."""
    return f"[#{upgrade.number}]({link_target(upgrade.url)}) " if upgrade.number else ""


def _running(upgrade: Upgrade) -> str:
    return ", health checks running" if upgrade.stage is Stage.MERGED and not upgrade.reason else ""
