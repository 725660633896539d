"""Where an upgrade stands, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.domain.github_models import Conclusion
from bot.domain.upgrade.record import Rollback, Upgrade
from bot.domain.upgrade.stages import IN_REVIEW, Stage
from bot.formats.markdown import Markdown, escape_link_target, link
from bot.rendering.renderer import MAX_SENTENCE_LENGTH, BaseRenderer

_MAX_NAMES = 5
_MAX_WARNINGS = 10


class UpgradeRenderer(BaseRenderer):
    """Words for the state of an upgrade."""

    def upgrade_state(self, upgrade: Upgrade) -> Markdown:
        """Where an upgrade stands, in a few words with the link to its pull request."""
        reason = f": {self.safe_text(self.upgrade_reason(upgrade))}" if upgrade.reason else ""
        standing = self._describe_stage(upgrade, _MAX_NAMES)
        forced = f"; {self._describe_override(upgrade, MAX_SENTENCE_LENGTH)}" if upgrade.forced else ""
        return Markdown(f"{pull_link(upgrade)}{standing}{reason}{forced}")

    def upgrade_state_within(self, upgrade: Upgrade, room: int) -> Markdown:
        """The same in at most `room` characters: what does not fit is left out, the reason first."""
        for words in (f"{pull_link(upgrade)}{self._describe_stage(upgrade, 1)}", str(upgrade.stage)):
            if len(words) <= room:
                forced = self._describe_override(upgrade, (room - len(words)) * 2 // 3) if upgrade.forced else ""
                forced = f", {forced}" if forced and len(words) + len(forced) + 2 <= room else ""
                words = f"{words}{forced}"
                reason = self.safe_text_within(self.upgrade_reason(upgrade), room - len(words) - 2)
                return Markdown(f"{words}: {reason}" if reason else words)
        return Markdown("")

    def upgrade_reason(self, upgrade: Upgrade) -> str:
        """Why it stands where it does. An instance that is no longer in the fleet may have been a customer's, so
        then its name is taken out."""
        if self.fleet.get(upgrade.slug) is not None:
            return upgrade.reason
        return re.sub(re.escape(upgrade.slug), "the instance", upgrade.reason, flags=re.IGNORECASE)

    def _describe_override(self, upgrade: Upgrade, room: int) -> str:
        """That the order was overridden, by whom and why, in about so many characters."""
        by = f"forced by {self.format_names([upgrade.forced_by], 1)}"
        why = self.safe_text_within(upgrade.forced, room - len(by) - 2)
        return f"{by}: {why}" if why else by

    def _describe_stage(self, upgrade: Upgrade, most: int) -> str:
        if upgrade.back is not None:
            return self._describe_rollback(upgrade, upgrade.back, most)
        return self._describe_upgrade(upgrade, most)

    def _describe_rollback(self, upgrade: Upgrade, back: Rollback, most: int) -> str:
        """Where a rollback stands: to which version, by whom and why."""
        to = f" to {back.to}" if back.to else ""
        why = f" ({self.safe_text_within(back.why, 600 if most > 1 else 90)})" if back.why else ""
        by = f"{to} by {self.format_names([back.by], 1)}{why}"
        if upgrade.stage is Stage.ROLLED_BACK:
            return f"rolled back{by}"
        return f"rollback{by}: {self._describe_upgrade(upgrade, most)}"

    def _describe_upgrade(self, upgrade: Upgrade, most: int) -> str:
        match upgrade.stage:
            case Stage.APPROVED:
                people = self.format_names(upgrade.approved_by, most)
                return f"approved by {people}{self._describe_checks(upgrade, most)}"
            case Stage.CHANGES_REQUESTED:
                people = self.format_names(upgrade.objections_by, most)
                return f"changes requested by {people}{self._describe_checks(upgrade, most)}"
            case Stage.OPEN:
                return f"open, waiting for a review{self._describe_checks(upgrade, most)}"
            case Stage.MERGED if upgrade.merged_by:
                return f"merged by {self.format_names([upgrade.merged_by], most)}"
            case Stage.DEPLOYING | Stage.VERIFYING if upgrade.deployment and upgrade.deployment.url:
                return f"{link(str(upgrade.stage), upgrade.deployment.url)}"
            case _:
                return str(upgrade.stage)

    def _describe_checks(self, upgrade: Upgrade, most: int) -> str:
        """How the pull request's own checks stand, after a comma, or nothing when there are none."""
        match upgrade.checks:
            case Conclusion.SUCCESS:
                return ", its checks passed"
            case Conclusion.PENDING:
                return ", its checks are running"
            case Conclusion.FAILURE:
                named = f" ({self.format_names(upgrade.failing, most)})" if upgrade.failing and most > 1 else ""
                return f", its checks failed{named}"
            case _:
                return ""

    def format_names(self, names: Sequence[str], most: int = _MAX_NAMES) -> str:
        """The first of these names, and how many more there are."""
        shown = ", ".join(self.safe_code(name) for name in names[:most])
        return f"{shown} and {len(names) - most} more" if len(names) > most else shown

    def steps(self, upgrade: Upgrade) -> list[Markdown]:
        """What was done so far, one line each."""
        if upgrade.number is None:
            return [Markdown(f"Note: {self.safe_text(upgrade.note)}.")] if upgrade.note else []
        target = upgrade.version if upgrade.back is None else upgrade.back.to
        steps = [f"Pull request {pull_link(upgrade)}points the active deployment to the golden file of {target}."]
        if upgrade.note:
            steps.append(f"Note: {self.safe_text(upgrade.note)}.")
        steps += [f"Look at this: {self.safe_text(warning)}" for warning in upgrade.warnings[:_MAX_WARNINGS]]
        if upgrade.stage in IN_REVIEW:
            steps.append("Next: one approval, then merge. Backup, deployment and health checks follow by themselves.")
        if upgrade.approved_by and upgrade.stage not in IN_REVIEW:
            steps.append(f"Approved by {self.format_names(upgrade.approved_by)}.")
        if upgrade.merged_at:
            by = f" by {self.format_names([upgrade.merged_by])}" if upgrade.merged_by else ""
            steps.append(f"Merged{by} at {format_time(upgrade.merged_at)}.")
        steps += self._deployment_steps(upgrade)
        return [Markdown(step) for step in steps]

    def _deployment_steps(self, upgrade: Upgrade) -> list[str]:
        """What was done after the merge: backups by their names, the run, who vouched, when it was proven."""
        steps = [f"Attempt {upgrade.attempt}."] if upgrade.attempt > 1 else []
        if upgrade.copies:
            copies = "; ".join(f"{copy.kind} {self.safe_code(copy.name)} {copy.state}" for copy in upgrade.copies)
            steps.append(f"Backup: {copies}.")
        deployment = upgrade.deployment
        if deployment is not None and deployment.by:
            steps.append(f"Deployed by hand, says {self.format_names([deployment.by])}.")
        elif deployment is not None and deployment.url:
            ended = f", {deployment.conclusion} at {format_time(deployment.ended_at)}" if deployment.ended_at else ""
            steps.append(f"Deployment: [run {deployment.run}]({escape_link_target(deployment.url)}){ended}.")
        if upgrade.accepted:
            who = self.format_names([upgrade.accepted_by])
            steps.append(f"{who} vouches for what could not be found out: {self.safe_text(upgrade.accepted)}.")
        if upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK} and upgrade.history:
            steps.append(f"Proven healthy at {format_time(upgrade.history[-1].at)}.")
        return steps

    def stage_counts(self, upgrades: Iterable[Upgrade]) -> tuple[list[tuple[str, int]], int, int]:
        """How many upgrades stand where, how many are done, and of how many that take part."""
        asked_for = list(upgrades)
        stages = Counter(upgrade.stage for upgrade in asked_for)
        done = stages.pop(Stage.DONE, 0)
        taking_part = {upgrade.slug for upgrade in asked_for} | {i.slug for i in self.fleet if not i.skip_reason}
        return [(stage.value, stages[stage]) for stage in Stage if stages[stage]], done, len(taking_part)


def format_version_change(upgrade: Upgrade) -> Markdown:
    """From which version to which one, as far as that is known."""
    if upgrade.back is not None:
        return Markdown(f"{upgrade.version} → {upgrade.back.to}" if upgrade.back.to else f"{upgrade.version}")
    start = f"{upgrade.from_version} → " if upgrade.from_version else ""
    return Markdown(f"{start}{upgrade.version}")


def format_time(at: datetime) -> str:
    """A time as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def pull_link(upgrade: Upgrade) -> str:
    """The link to the pull request with a blank behind it, or nothing while there is none."""
    return f"[#{upgrade.number}]({escape_link_target(upgrade.url)}) " if upgrade.number else ""
