"""Nothing is created twice: answers get lost, the process is killed, and lists lag behind writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.failures.creations import CreationUnclear
from bot.domain.reasons import PlainText
from bot.ports.errors import ConflictError, ExternalError, PermanentError, TransientError
from bot.services.creator import Creator
from tests.ports import MemoryCreations
from tests.samples import NOW

LAG = 30.0
KEY = "comment 12 <!-- mibot:reply comment=7 -->"
LOST = TransientError(PlainText("502"))


class KilledError(BaseException):
    """The process is gone."""


@dataclass
class LaggingGitHub:
    """Lists show what was created `behind` seconds ago. `fault` is raised after the next request was carried out,
    `refusal` before."""

    behind: float = 8.0
    now: datetime = NOW
    fault: BaseException | None = None
    refusal: ExternalError | None = None
    journal: MemoryCreations = field(default_factory=MemoryCreations)
    created: dict[int, datetime] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def list(self) -> int | None:
        then = self.now - timedelta(seconds=self.behind)
        return next((number for number, at in self.created.items() if at <= then), None)

    def create(self) -> int:
        refusal, self.refusal = self.refusal, None
        if refusal:
            raise refusal
        number = len(self.created) + 1
        self.created[number] = self.now
        fault, self.fault = self.fault, None
        if fault:
            raise fault
        return number

    def ensure(self, gone: int | None = None, *, not_shown: bool = False) -> int:
        creator = Creator(self.journal, lambda: self.now, LAG)
        return creator.ensure(KEY, self.list, self.create, gone, not_shown=not_shown).number

    def ensure_as_a_job(self, attempts: int = 60) -> int:
        """As the engine does: again after the pause that is asked for, or two seconds."""
        for _ in range(attempts):
            try:
                return self.ensure()
            except (TransientError, KilledError) as error:
                self.now += timedelta(seconds=getattr(error, "retry_after", None) or 2.0)
        raise AssertionError("it gives up")


def test_it_is_created_once_and_known_then() -> None:
    github = LaggingGitHub()
    assert [github.ensure(), github.ensure()] == [1, 1]
    assert len(github.created) == 1


@pytest.mark.parametrize("fault", [LOST, KilledError()])
def test_an_answer_that_is_lost_is_waited_for(fault: BaseException) -> None:
    github = LaggingGitHub(fault=fault)
    with pytest.raises(type(fault)):
        github.ensure()
    with pytest.raises(TransientError) as waits:
        github.ensure()
    assert waits.value.reason == CreationUnclear()
    assert github.ensure_as_a_job() == 1
    assert len(github.created) == 1


def test_what_never_arrived_is_sent_again_after_the_lag() -> None:
    github = LaggingGitHub(refusal=LOST)
    assert github.ensure_as_a_job() == 1
    assert github.now - NOW >= timedelta(seconds=LAG)
    assert github.now - NOW <= timedelta(seconds=LAG + 3)


def test_a_job_that_is_tried_six_times_sees_the_end_of_the_lag() -> None:
    assert LaggingGitHub(refusal=LOST).ensure_as_a_job(attempts=7) == 1


@pytest.mark.parametrize(
    "refusal", [TransientError(PlainText("limit"), unsent=True), PermanentError(PlainText("422"))]
)
def test_what_was_certainly_refused_is_sent_again_at_once(refusal: ExternalError) -> None:
    github = LaggingGitHub(refusal=refusal)
    with pytest.raises(ExternalError):
        github.ensure()
    assert github.ensure() == 1


def test_what_exists_and_is_not_listed_yet_is_waited_for() -> None:
    github = LaggingGitHub(refusal=ConflictError(PlainText("it exists")))
    github.created[1] = github.now
    assert github.ensure_as_a_job() == 1
    assert len(github.created) == 1


def test_a_write_that_waited_for_its_turn_counts_from_the_first_look_after_the_crash() -> None:
    """The request may have gone out just before the process was killed, long after it was noted."""
    github = LaggingGitHub()
    assert github.journal.begin_creation(KEY, None, NOW)
    github.now += timedelta(minutes=5)
    github.created[1] = github.now
    assert github.ensure_as_a_job() == 1
    assert len(github.created) == 1


def test_of_two_workers_one_creates() -> None:
    github = LaggingGitHub()

    def other_worker_looks_too() -> int | None:
        if github.journal.creation(KEY) is None:
            github.journal.begin_creation(KEY, None, github.now)
        return None

    with pytest.raises(TransientError):
        Creator(github.journal, lambda: github.now, LAG).ensure(KEY, other_worker_looks_too, github.create)
    assert not github.created


def test_one_that_people_deleted_is_created_again_though_the_list_still_shows_it() -> None:
    github = LaggingGitHub()
    first = github.ensure()
    github.now += timedelta(seconds=10)
    assert github.ensure(gone=first) == 2
    assert github.ensure(gone=first) == 2


def test_one_that_was_created_a_moment_ago_is_not_gone_because_it_is_not_shown_yet() -> None:
    github = LaggingGitHub()
    first = github.ensure()
    github.now += timedelta(seconds=8)
    with pytest.raises(TransientError) as raised:
        github.ensure(gone=first, not_shown=True)
    assert raised.value.retry_after is not None
    assert 0 < raised.value.retry_after <= LAG
    assert list(github.created) == [first]
    assert github.ensure() == first
    assert github.ensure(gone=first) == 2, "one that is known to have ended is replaced at once"


def test_without_a_journal_it_is_found_by_the_list() -> None:
    github = LaggingGitHub()
    github.ensure()
    github.now += timedelta(seconds=10)
    github.journal = MemoryCreations()
    assert github.ensure() == 1


@given(
    faults=st.lists(st.sampled_from(["lost", "killed", "refused", "fine"]), max_size=6), behind=st.floats(0, LAG - 1)
)
def test_whatever_is_lost_it_is_created_once(faults: list[str], behind: float) -> None:
    github = LaggingGitHub(behind=behind)
    for fault in faults:
        github.fault = {"lost": LOST, "killed": KilledError()}.get(fault)
        github.refusal = LOST if fault == "refused" else None
        try:
            github.ensure()
        except (TransientError, KilledError) as error:
            github.now += timedelta(seconds=getattr(error, "retry_after", None) or 2.0)
    github.fault = github.refusal = None
    github.ensure_as_a_job()
    assert len(github.created) == 1
