"""What GitHub does and the emulator does not. Each gap stands in one file; `Gaps` sends requests through all of
them."""

from __future__ import annotations

from demo.actions import Actions
from demo.organization import Org
from tests.world.exchange import HttpResponse, Request
from tests.world.gaps.actions import UpgradeWorkflow
from tests.world.gaps.check_apps import CheckRunApps
from tests.world.gaps.comments import AllComments, CommentTimes
from tests.world.gaps.edits import Edits
from tests.world.gaps.gap import Gap, Github, Send
from tests.world.gaps.hook_config import HookConfig
from tests.world.gaps.labels import InitialLabels
from tests.world.gaps.limits import Limits
from tests.world.gaps.pulls import PullRequestHeads, UniquePullRequest
from tests.world.gaps.reactions import Reactions
from tests.world.gaps.since import SinceParameter
from tests.world.gaps.statuses import Statuses
from tests.world.webhooks import DeliveryQueue

ALL_GAPS: tuple[type[Gap], ...] = (
    Limits,
    SinceParameter,
    Reactions,
    Statuses,
    HookConfig,
    UniquePullRequest,
    PullRequestHeads,
    InitialLabels,
    AllComments,
    CommentTimes,
    Edits,
    CheckRunApps,
    UpgradeWorkflow,
)


class Gaps:
    """All gaps of one organization, filled."""

    def __init__(self, org: Org, mailbox: DeliveryQueue, ask: Send) -> None:
        self._ask = ask
        self._gaps = tuple(gap(Github(org, mailbox, ask)) for gap in ALL_GAPS)

    @property
    def actions(self) -> Actions:
        """GitHub Actions in the organization's deployment repository."""
        return next(gap.actions for gap in self._gaps if isinstance(gap, UpgradeWorkflow))

    def respond(self, request: Request) -> HttpResponse:
        """The answer that GitHub would give."""
        for gap in self._gaps:
            request = gap.rewrite_request(request)
        for gap in self._gaps:
            answer = gap.answer(request)
            if answer is not None:
                return answer
        answer = self._ask(request)
        for gap in self._gaps:
            answer = gap.correct_response(request, answer)
        return answer
