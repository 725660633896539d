"""No write is sent without a proof that this worker owns the job, and none after waiting without a new one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.adapters.github import GitHubIssues, Session
from bot.domain.failures.storage import StorageProblem, StorageUnavailable
from bot.ports.errors import TransientError
from bot.ports.ownership import NotOwnerError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import API, comment, issue

ISSUE = "/repos/acme/releases/issues/1"
COMMENTS = f"{ISSUE}/comments"
LABELS = f"{ISSUE}/labels"


class Ownership:
    """Lasts until the test ends it; notes what had been sent when it was asked for."""

    def __init__(self, site: FakeGitHub) -> None:
        self._site = site
        self.lost_at: float | None = None
        self.error: BaseException = NotOwnerError()
        self.proofs: list[int] = []

    def prove(self, time: FakeClock) -> None:
        self.proofs.append(len(self._site.requests()))
        if self.lost_at is not None and time.seconds >= self.lost_at:
            raise self.error


@pytest.fixture
def ownership(site: FakeGitHub) -> Ownership:
    return Ownership(site)


@pytest.fixture
def issues(site: FakeGitHub, key: str, time: FakeClock, ownership: Ownership) -> GitHubIssues:
    site.add_response("GET", ISSUE, issue(1))
    site.add_response("PATCH", ISSUE, issue(1))
    site.add_response("POST", COMMENTS, comment(1), status=201)
    session = Session(
        API,
        7,
        key,
        write_interval=10.0,
        sleep=time.sleep,
        clock=time.read,
        now=time.read,
        prove_ownership=lambda: ownership.prove(time),
    )
    return GitHubIssues(session, "acme/releases")


@pytest.mark.parametrize(
    "write", [lambda issues: issues.edit_issue(1, "a"), lambda issues: issues.create_comment(1, "a")]
)
def test_nothing_is_sent_for_a_job_that_was_lost(
    site: FakeGitHub, issues: GitHubIssues, ownership: Ownership, write: Callable[[GitHubIssues], object]
) -> None:
    ownership.lost_at = 0.0
    with pytest.raises(NotOwnerError):
        write(issues)
    assert site.requests() == []


def test_reads_need_no_proof(issues: GitHubIssues, ownership: Ownership) -> None:
    ownership.lost_at = 0.0
    issues.issue(1)
    assert ownership.proofs == []


def test_the_proof_comes_after_the_wait_for_the_slot(
    site: FakeGitHub, issues: GitHubIssues, ownership: Ownership, time: FakeClock
) -> None:
    issues.edit_issue(1, "a")
    ownership.lost_at = time.seconds + 5
    with pytest.raises(NotOwnerError):
        issues.edit_issue(1, "b")
    assert site.requests() == [f"PATCH {ISSUE}"]


def test_the_proof_comes_after_the_reads_of_a_slot(
    site: FakeGitHub, issues: GitHubIssues, ownership: Ownership, time: FakeClock
) -> None:
    with issues.write_slot():
        issues.issue(1)
        ownership.lost_at = time.seconds
        with pytest.raises(NotOwnerError):
            issues.edit_issue(1, "b")
    assert site.requests() == [f"GET {ISSUE}"]


def test_each_further_try_needs_another_proof(
    site: FakeGitHub, issues: GitHubIssues, ownership: Ownership, time: FakeClock
) -> None:
    site.add_response("POST", LABELS, {"message": "slow down"}, status=429, headers={"Retry-After": "20"})
    site.add_response("POST", LABELS, [])
    ownership.lost_at = time.seconds + 15
    with pytest.raises(NotOwnerError):
        issues.add_labels(1, ["a"])
    assert len(site.requests()) == 1
    assert len(ownership.proofs) == 2


def test_a_storage_that_can_not_tell_delays_the_write(
    site: FakeGitHub, issues: GitHubIssues, ownership: Ownership
) -> None:
    ownership.lost_at = 0.0
    ownership.error = TransientError(StorageUnavailable(StorageProblem.NO_ANSWER))
    with pytest.raises(TransientError):
        issues.edit_issue(1, "a")
    assert site.requests() == []
