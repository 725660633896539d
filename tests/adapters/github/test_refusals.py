"""Every row of the table of GitHub's refusals, by an answer that GitHub gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from bot.adapters.github import GitHubIssues
from bot.adapters.github.http.errors import (
    LONGEST_WAIT,
    RateLimitError,
    connection_error,
    error_from_response,
    graphql_error,
)
from bot.adapters.github.http.purpose import Purpose
from bot.adapters.github.http.transport import HttpResponse
from bot.domain.failures.github import GitHubFailed, GitHubProblem, GitHubRefused, GitHubServerError
from bot.domain.failures.github_actions import GitHubAction
from bot.domain.failures.refusals import GITHUB_REFUSALS, GitHubRequest, Sort, sort_github_refusal
from bot.ports.errors import (
    ConflictError,
    ExternalError,
    NeedsPersonError,
    NotFoundError,
    PermanentError,
    TransientError,
)
from bot.rendering.wording import describe
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.refusals import REFUSALS, Refused
from tests.adapters.github.samples import API
from tests.failures import raises

PURPOSE = Purpose(GitHubAction.OPEN_PULL_REQUEST, "pull_requests=write")
ERRORS: dict[Sort, type[ExternalError]] = {
    Sort.PASSING: TransientError,
    Sort.NEEDS_PERSON: NeedsPersonError,
    Sort.ABSENT: NotFoundError,
    Sort.CONFLICT: ConflictError,
    Sort.FINAL: PermanentError,
}


def error_of(refused: Refused) -> ExternalError:
    body = json.dumps({"message": refused.message, "errors": list(refused.errors), "documentation_url": "https://x"})
    response = HttpResponse(refused.status, refused.headers, body)
    error = error_from_response(response, PURPOSE, 0.0, refused.request)
    assert error is not None
    return error


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda r: f"{r.status} {r.message[:30]} {r.request.value}")
def test_each_refusal_is_sorted(refused: Refused) -> None:
    error = error_of(refused)
    assert type(error) is (RateLimitError if refused.limit else ERRORS[refused.sort])
    if refused.problem is not None:
        assert error.reason == GitHubFailed(PURPOSE.action, refused.problem)
    elif not refused.limit:
        assert isinstance(error.reason, GitHubServerError if refused.status >= 500 else GitHubRefused)
    if isinstance(error, TransientError):
        assert error.unsent is (refused.status < 500)
    words = describe(error.reason)
    assert "tpgi" not in words
    assert "`acme`" not in words


def test_every_row_of_the_table_is_tried_above() -> None:
    tried = []
    for refused in REFUSALS:
        details = [
            d if isinstance(d, str) else d.get("message") or f"{d['field']} {d['code']}" for d in refused.errors
        ]
        message = "; ".join([refused.message, *details])
        tried.append(sort_github_refusal(refused.status, message, refused.request))
    assert [row for row in GITHUB_REFUSALS if row not in tried] == []


@pytest.mark.parametrize("status", range(300, 600))
@pytest.mark.parametrize("request_", GitHubRequest)
def test_what_nobody_knows_is_never_final(status: int, request_: GitHubRequest) -> None:
    row = sort_github_refusal(status, "never said before", request_)
    assert row.sort is not Sort.FINAL or status == 413


@pytest.mark.parametrize(
    ("error", "problem", "unsent"),
    [
        (requests.ConnectTimeout(), GitHubProblem.TIMED_OUT, True),
        (requests.ReadTimeout(), GitHubProblem.TIMED_OUT, False),
        (requests.exceptions.SSLError("certificate verify failed"), GitHubProblem.TLS_FAILED, True),
        (
            requests.ConnectionError(NameResolutionError("api.github.com", None, OSError("unknown"))),  # type: ignore[arg-type]
            GitHubProblem.NO_DNS,
            True,
        ),
        (requests.ConnectionError(NewConnectionError(None, "refused")), GitHubProblem.UNREACHABLE, True),  # type: ignore[arg-type]
        (requests.ConnectionError("connection reset by peer"), GitHubProblem.UNREACHABLE, False),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), GitHubProblem.UNREACHABLE, False),
    ],
)
def test_no_answer_passes_and_says_whether_anything_may_have_happened(
    error: requests.RequestException, problem: GitHubProblem, unsent: bool
) -> None:
    found = connection_error(PURPOSE, error)
    assert found.reason == GitHubFailed(PURPOSE.action, problem)
    assert found.unsent is unsent


@pytest.mark.parametrize("text", ["", '{"number": 1, "tit', "[", ' {"a": '])
def test_an_answer_that_was_cut_short_passes(site: FakeGitHub, issues: GitHubIssues, text: str) -> None:
    site.add_response("GET", "/repos/acme/releases/issues/1", text)
    with raises(TransientError, GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.CUT_SHORT)):
        issues.issue(1)


def test_nobody_asks_again_before_a_long_retry_after_is_over(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("GET", "/repos/acme/releases/issues/1", "<html>", 503, {"Retry-After": "1800"})
    with raises(TransientError, GitHubServerError(GitHubAction.READ_ISSUE, 503)):
        issues.issue(1)
    time.seconds += 1700
    with pytest.raises(RateLimitError):
        issues.issue(1)
    assert len(site.requests()) == 1
    time.seconds += 100
    with pytest.raises(TransientError):
        issues.issue(1)
    assert len(site.requests()) == 2


@pytest.mark.parametrize("status", [403, 429, 502, 503])
@pytest.mark.parametrize(
    "headers", [{"retry-after": "999999999"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999999999"}]
)
def test_no_header_stops_the_work_for_years(status: int, headers: dict[str, str]) -> None:
    error = error_from_response(HttpResponse(status, headers, "{}"), PURPOSE, 0.0, GitHubRequest.READ)
    assert isinstance(error, TransientError)
    assert (error.retry_after or 0.0) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("<!DOCTYPE html><html><body>Unicorn!</body></html>", NeedsPersonError),
        ('[{"id": 1, "body": "/upg', TransientError),
        ("[", TransientError),
        ("", TransientError),
        ("null", NeedsPersonError),
        ('{"message": "Server Error"}', NeedsPersonError),
        ("[null]", NeedsPersonError),
    ],
)
def test_a_list_that_is_none_is_never_an_empty_one(
    site: FakeGitHub, issues: GitHubIssues, page: str, error: type[ExternalError]
) -> None:
    """With status 200: an empty list would let the sweep pass what it did not see."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    more = {"Link": f'<{API}/repos/acme/releases/issues/comments?page=2>; rel="next"'}
    site.add_response("GET", "/repos/acme/releases/issues/comments", [], headers=more)
    site.add_response("GET", "/repos/acme/releases/issues/comments", page)
    site.add_response("GET", "/repos/acme/releases/issues", page)
    with pytest.raises(error):
        issues.recent_comments(since)
    with pytest.raises(error):
        issues.list_issues(["team/cloud"], state="open")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, RateLimitError),
        ({"message": "You have exceeded a secondary rate limit."}, RateLimitError),
        ({"message": "Something went wrong while executing your query."}, TransientError),
        ({"message": "We couldn't respond to your request in time. Please try again."}, TransientError),
        ({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, NeedsPersonError),
        ({"type": "NOT_FOUND", "message": "Could not resolve to a node"}, NotFoundError),
        ({"message": "Field 'x' doesn't exist on type 'Issue'"}, NeedsPersonError),
    ],
)
def test_what_graphql_refuses_with_status_200(error: dict[str, str], expected: type[ExternalError]) -> None:
    found = graphql_error({"data": None, "errors": [error]}, PURPOSE)
    assert isinstance(found, expected)


@pytest.mark.parametrize("data", [None, [], {"data": {}}, {"data": {}, "errors": []}, {"errors": None}])
def test_other_answers_of_graphql_are_no_refusals(data: object) -> None:
    assert graphql_error(data, PURPOSE) is None
