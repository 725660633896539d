"""What of an upgrade stands on its pull request and beside its tracker, and whether it is what it should be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bot.domain.upgrade.record import Upgrade
from bot.domain.upgrade.stages import Stage

REPORT, EVIDENCE, LABEL, ALARM = "report", "evidence", "label", "alarm"
PRE_UPGRADE_CHECK = "mibot / pre-upgrade"
"""The check run on the head commit of an upgrade's pull request."""


def desired_posts(upgrade: Upgrade) -> Mapping[str, str]:
    """What should stand there by now: each thing with what makes it new when it changes."""
    found: dict[str, str] = {}
    if not upgrade.history:
        return found  # what an older mibot did is history, and nobody waits for it
    if upgrade.before and upgrade.head and upgrade.number is not None:
        told = "\n".join(f"{one.name} {one.state}" for one in upgrade.before)
        digest = hashlib.sha256(f"{told}\n{upgrade.forced}".encode()).hexdigest()[:16]
        found[REPORT] = f"{upgrade.head} {digest}"
    if upgrade.number is None:
        return found
    if has_evidence(upgrade):
        found[EVIDENCE] = f"{upgrade.stage} {len(upgrade.history)}"
    if upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK}:
        found[LABEL] = upgrade.stage.value
    if upgrade.stage is Stage.FAILED and upgrade.merged_at is not None:
        found[ALARM] = str(len(upgrade.history))
    return found


def has_evidence(upgrade: Upgrade) -> bool:
    """Whether there is something to prove or to explain: it went well, or it went wrong after the merge."""
    if upgrade.stage in {Stage.DONE, Stage.ROLLED_BACK}:
        return True
    wrong = upgrade.stage is Stage.FAILED or (upgrade.stage is Stage.HELD and upgrade.deployed)
    return wrong and upgrade.merged_at is not None


def needs_publishing(upgrade: Upgrade) -> bool:
    """Whether something does not stand there yet, or says what is no longer so."""
    return any(upgrade.posted.get(name) != value for name, value in desired_posts(upgrade).items())
