"""What GitHub does and the emulator does not. Each gap stands in one file; `Gaps` puts a request through all."""

from __future__ import annotations

from demo.actions import Actions
from demo.cast import Org
from tests.world.exchange import Answer, Request
from tests.world.gaps.actions import UpgradeWorkflow
from tests.world.gaps.check_apps import CheckRunApps
from tests.world.gaps.comments import AllComments, CommentTimes
from tests.world.gaps.gap import Ask, Gap, Github
from tests.world.gaps.hook_config import HookConfig
from tests.world.gaps.labels import LabelsFromTheStart
from tests.world.gaps.limits import Limits
from tests.world.gaps.pulls import Heads, OnePullRequestABranch
from tests.world.gaps.reactions import Reactions
from tests.world.gaps.since import Since
from tests.world.gaps.statuses import Statuses
from tests.world.webhooks import Mailbox

ALL: tuple[type[Gap], ...] = (
    Limits,
    Since,
    Reactions,
    Statuses,
    HookConfig,
    OnePullRequestABranch,
    Heads,
    LabelsFromTheStart,
    AllComments,
    CommentTimes,
    CheckRunApps,
    UpgradeWorkflow,
)


class Gaps:
    """All gaps of one organisation, filled."""

    def __init__(self, org: Org, mailbox: Mailbox, ask: Ask) -> None:
        self._ask = ask
        self._gaps = tuple(gap(Github(org, mailbox, ask)) for gap in ALL)

    @property
    def actions(self) -> Actions:
        """GitHub Actions in the organisation's deployment repository."""
        return next(gap.actions for gap in self._gaps if isinstance(gap, UpgradeWorkflow))

    def fill(self, request: Request) -> Answer:
        """The answer that GitHub would give."""
        for gap in self._gaps:
            request = gap.amend(request)
        for gap in self._gaps:
            answer = gap.answer(request)
            if answer is not None:
                return answer
        answer = self._ask(request)
        for gap in self._gaps:
            answer = gap.finish(request, answer)
        return answer
