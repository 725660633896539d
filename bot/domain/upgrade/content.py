"""What is in a pull request that mibot did not build itself, or not to the end, compared with what was planned. Pure.

Whoever may push to the deployment repository can open a pull request from the branch that mibot would use, or push to
mibot's own branch. What differs from the plan is not deployed before an operator accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.git_tree import Snapshot, TreeEntry, blob_sha
from bot.domain.plans.change_set import ChangeSet
from bot.domain.reasons import Reason
from bot.domain.upgrade.overrides import Override
from bot.domain.upgrade.reasons.pull_requests import ContentDiffers
from bot.formats.documents import stored


@stored("pull_request.content", commit="commit", difference="difference", acceptance="acceptance")
@dataclass(frozen=True)
class PullRequestContent:
    """What is known of the content of one commit: how it differs from the plan (None: it is what was planned), and
    who accepted that. `commit` is empty before anything is known."""

    commit: str = ""
    difference: Reason | None = None
    acceptance: Override | None = None

    @property
    def needs_acceptance(self) -> bool:
        """Whether an operator has to accept it first."""
        return self.difference is not None and self.acceptance is None


def compare_content(base: Snapshot, head: Snapshot, plan: ChangeSet) -> ContentDiffers | None:
    """How the change from `base` to `head` differs from the plan, or None if it is the plan."""
    paths = base.files.keys() | head.files.keys()
    changed = {path for path in paths if base.files.get(path) != head.files.get(path)}
    planned = {change.path: _entry(change.mode, change.content) for change in plan.changes}
    wanted = {path for path, entry in planned.items() if base.files.get(path) != entry}
    different = {path for path in wanted & changed if head.files.get(path) != planned[path]}
    finding = ContentDiffers(len(changed - wanted), len(wanted - changed), len(different))
    return None if finding == ContentDiffers() else finding


def _entry(mode: str, content: str | None) -> TreeEntry | None:
    return None if content is None else TreeEntry(mode, blob_sha(content.encode()))
