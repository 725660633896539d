"""Tokens and keys stay out of error messages and logs."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

from bot.adapters.github import GitHubIssues
from bot.adapters.github.http.errors import sanitize_message
from bot.ports.errors import ExternalError
from bot.rendering.wording import describe
from tests.adapters.github.conftest import FakeGitHub
from tests.adapters.github.samples import HTML, issue

ISSUE = "/repos/acme/releases/issues/1"


@pytest.mark.parametrize(
    "secret",
    ["ghs_16C7e42F292c6912E7710c838347Ae178B4a", "github_pat_11ABC_def", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjd9.c2ln"],
)
def test_a_secret_in_githubs_words_is_not_repeated(secret: str) -> None:
    assert secret not in sanitize_message(f"token {secret} is bad")
    assert "is bad" in sanitize_message(f"token {secret} is bad")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"message": "token ghs_1 is bad"}, 401),
        ({"message": "token ghs_1 is bad"}, 403),
        ({"message": "token ghs_1 is bad"}, 422),
        ({"message": "token ghs_1 is bad"}, 500),
        ({"message": "rate limit for ghs_1"}, 429),
        (f"{HTML} ghs_1", 200),
    ],
)
def test_no_failure_tells_the_token(site: FakeGitHub, issues: GitHubIssues, answer: object, status: int) -> None:
    site.add_response("GET", ISSUE, answer, status)
    with pytest.raises(ExternalError) as caught:
        issues.issue(1)
    assert "ghs_" not in str(caught.value)
    assert "ghs_" not in describe(caught.value.reason)


def test_the_log_tells_neither_tokens_nor_bodies(
    site: FakeGitHub, issues: GitHubIssues, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.add_response("GET", ISSUE, issue(1, body="between us"))
    with caplog.at_level(logging.DEBUG), capture_logs() as ours:
        issues.issue(1)
    written = caplog.text + str(ours)
    assert {line["path"] for line in ours} >= {ISSUE}
    for secret in ("ghs_", "eyJ", "Bearer", "between us", key[40:80]):
        assert secret not in written
