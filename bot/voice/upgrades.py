"""Where an upgrade stands, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.domain.facts import Conclusion
from bot.domain.markdown import Markdown, link_target
from bot.domain.upgrade import IN_REVIEW, Back, Stage, Upgrade
from bot.voice.pen import LONGEST_SENTENCE, Pen

_MOST_NAMES = 5
_MOST_WARNINGS = 10


class UpgradeVoice(Pen):
    """Words for the state of an upgrade."""

    def state(self, upgrade: Upgrade) -> Markdown:
        """Where an upgrade stands, in a few words with the link to its pull request."""
        reason = f": {self.sentence(upgrade.reason)}" if upgrade.reason else ""
        standing = self._standing(upgrade, _MOST_NAMES)
        forced = f"; {self._forced(upgrade, LONGEST_SENTENCE)}" if upgrade.forced else ""
        return Markdown(f"{pull_link(upgrade)}{standing}{reason or _running(upgrade)}{forced}")

    def brief_state(self, upgrade: Upgrade, room: int) -> Markdown:
        """The same in at most `room` characters: what does not fit is left out, the reason first."""
        for words in (f"{pull_link(upgrade)}{self._standing(upgrade, 1)}", str(upgrade.stage)):
            if len(words) <= room:
                forced = self._forced(upgrade, (room - len(words)) * 2 // 3) if upgrade.forced else ""
                forced = f", {forced}" if forced and len(words) + len(forced) + 2 <= room else ""
                words = f"{words}{forced}"
                reason = self.brief(upgrade.reason, room - len(words) - 2)
                running = _running(upgrade) if len(words) + len(_running(upgrade)) <= room else ""
                return Markdown(f"{words}: {reason}" if reason else f"{words}{running}")
        return Markdown("")

    def _forced(self, upgrade: Upgrade, room: int) -> str:
        """That the order was overridden, by whom and why, in about so many characters."""
        by = f"forced by {self.people([upgrade.forced_by], 1)}"
        why = self.brief(upgrade.forced, room - len(by) - 2)
        return f"{by}: {why}" if why else by

    def _standing(self, upgrade: Upgrade, most: int) -> str:
        if upgrade.back is not None:
            return self._standing_back(upgrade, upgrade.back, most)
        return self._plain_standing(upgrade, most)

    def _standing_back(self, upgrade: Upgrade, back: Back, most: int) -> str:
        """Where a rollback stands: to which version, by whom and why."""
        to = f" to {back.to}" if back.to else ""
        why = f" ({self.brief(back.why, 600 if most > 1 else 90)})" if back.why else ""
        by = f"{to} by {self.people([back.by], 1)}{why}"
        if upgrade.stage is Stage.ROLLED_BACK:
            return f"rolled back{by}"
        return f"rollback{by}: {self._plain_standing(upgrade, most)}"

    def _plain_standing(self, upgrade: Upgrade, most: int) -> str:
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
            return [Markdown(f"Note: {self.sentence(upgrade.note)}.")] if upgrade.note else []
        target = upgrade.version if upgrade.back is None else upgrade.back.to
        steps = [f"Pull request {pull_link(upgrade)}points the active deployment to the golden file of {target}."]
        if upgrade.note:
            steps.append(f"Note: {self.sentence(upgrade.note)}.")
        steps += [f"Look at this: {self.sentence(warning)}" for warning in upgrade.warnings[:_MOST_WARNINGS]]
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


def way(upgrade: Upgrade) -> Markdown:
    """From which version to which one, as far as that is known."""
    if upgrade.back is not None:
        return Markdown(f"{upgrade.version} → {upgrade.back.to}" if upgrade.back.to else f"{upgrade.version}")
    start = f"{upgrade.from_version} → " if upgrade.from_version else ""
    return Markdown(f"{start}{upgrade.version}")


def pull_link(upgrade: Upgrade) -> str:
    """The link to the pull request with a blank behind it, or nothing while there is none."""
    return f"[#{upgrade.number}]({link_target(upgrade.url)}) " if upgrade.number else ""


def _running(upgrade: Upgrade) -> str:
    return ", health checks running" if upgrade.stage is Stage.MERGED and not upgrade.reason else ""
