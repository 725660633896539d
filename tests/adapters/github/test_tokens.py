"""Installation tokens: with exactly the permissions needed, one an installation, fresh, and replaced when refused."""

from __future__ import annotations

import importlib
import pkgutil

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import bot.adapters.github
from bot.adapters.github import PERMISSIONS, GitHubDeploymentRepository, GitHubIssues, Session
from bot.adapters.github.http.credentials import REFUSAL_MEMORY, SETTLING_TIME
from bot.adapters.github.http.purpose import Purpose
from bot.domain.failures.github import AppKeyUnreadable, AppNotInstalled, GitHubFailed, GitHubProblem
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import NeedsPersonError, NotFoundError, PermanentError, TransientError
from bot.rendering.wording import describe
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import API, issue, pull
from tests.failures import raises

ISSUE = "/repos/acme/releases/issues/1"
BAD_CREDENTIALS = {"message": "Bad credentials"}


def test_a_token_is_asked_for_with_exactly_the_named_permissions(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    assert site.tokens == [{"installation": 1, "permissions": PERMISSIONS}]


def test_every_permission_is_needed_by_a_call_and_every_call_has_its_permission() -> None:
    needed: dict[str, str] = {}
    for module in pkgutil.walk_packages(bot.adapters.github.__path__, "bot.adapters.github."):
        purposes = [p for p in vars(importlib.import_module(module.name)).values() if isinstance(p, Purpose)]
        for name, _, level in sorted(p.permission.partition("=") for p in purposes if p.permission):
            needed[name] = max(needed.get(name, ""), level)  # "read" < "write"
    assert needed == PERMISSIONS


def test_one_token_serves_many_requests(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", ISSUE, issue(1))
    for _ in range(5):
        issues.issue(1)
    assert len(site.tokens) == 1
    assert set(site.headers()) == {"token ghs_1"}


def test_a_token_is_renewed_before_it_ends(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    time.seconds += 3600 - 60
    issues.issue(1)
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_two_owners_have_two_installations(
    site: FakeGitHub, issues: GitHubIssues, deployment: GitHubDeploymentRepository
) -> None:
    site.add_response("GET", ISSUE, issue(1))
    site.add_response("GET", "/repos/fleet/deploy/pulls/1", pull(1))
    issues.issue(1)
    deployment.pull_requests.pull(1)
    assert [token["installation"] for token in site.tokens] == [1, 2]
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_the_app_proves_itself_with_its_key(site: FakeGitHub, session: Session, key: str) -> None:
    assert session.bot_login == "mibot[bot]"
    assert session.bot_login == "mibot[bot]"
    (header,) = site.headers()  # asked once
    public = load_pem_private_key(key.encode(), None).public_key()
    claims = jwt.decode(str(header).removeprefix("Bearer "), public, algorithms=["RS256"])  # type: ignore[arg-type]
    assert claims["iss"] == "7"


def test_the_login_follows_an_app_that_people_rename(site: FakeGitHub, session: Session, time: FakeClock) -> None:
    assert session.bot_login == "mibot[bot]"
    site.add_response("GET", "/app", {"slug": "fleetbot"})
    assert session.bot_login == "mibot[bot]", "it was looked up a moment ago"
    time.seconds += 601
    assert session.bot_login == "fleetbot[bot]"
    site.add_response("GET", "/app", {"message": "Bad gateway"}, 502)
    time.seconds += 601
    assert session.bot_login == "fleetbot[bot]", "GitHub is down"


def test_a_refused_token_is_replaced_once(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("GET", ISSUE, BAD_CREDENTIALS, 401)
    site.add_response("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_a_write_is_sent_again_with_a_new_token(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.add_response("PATCH", ISSUE, BAD_CREDENTIALS, 401)
    site.add_response("PATCH", ISSUE, issue(1))
    issues.edit_issue(1, "text")
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_a_new_token_that_github_does_not_know_everywhere_yet_is_tried_again(
    site: FakeGitHub, issues: GitHubIssues
) -> None:
    for _ in range(3):
        site.add_response("GET", ISSUE, BAD_CREDENTIALS, 401)
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    assert len(site.tokens) == 2, "the new one is kept"


def test_a_token_that_stays_unknown_is_a_delay_and_replaced_once_a_minute(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("GET", ISSUE, BAD_CREDENTIALS, 401)
    unknown = GitHubFailed(GitHubAction.READ_ISSUE, GitHubProblem.TOKEN_NOT_KNOWN)
    with raises(TransientError, unknown) as caught:
        issues.issue(1)
    assert caught.value.unsent
    assert len(site.tokens) == 2
    time.seconds += SETTLING_TIME
    with raises(TransientError, unknown):
        issues.issue(1)
    assert len(site.tokens) == 3


def test_a_refusal_is_remembered_for_a_moment(site: FakeGitHub, issues: GitHubIssues, time: FakeClock) -> None:
    """Not every job asks for a token that GitHub does not give before a person mends something."""
    site.granted = False
    site.add_response("GET", ISSUE, issue(1))
    for _ in range(5):
        with pytest.raises(NeedsPersonError):
            issues.issue(1)
    assert sum(url.endswith("access_tokens") for url in site.urls()) == 1
    site.granted = True
    time.seconds += REFUSAL_MEMORY
    assert issues.issue(1).number == 1


def test_a_token_is_used_to_its_end_when_no_new_one_is_given(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    time.seconds += 3600 - 60
    site.fails = True
    assert issues.issue(1).number == 1
    time.seconds += 60
    with pytest.raises(TransientError):
        issues.issue(1)


def test_an_owner_without_the_app_is_refused_and_not_missing(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.installed = {}
    with raises(PermanentError, AppNotInstalled("acme")) as caught:
        issues.issue(1)
    assert not isinstance(caught.value, NotFoundError)  # of the issue we know nothing


def test_an_installation_that_grants_too_little_is_refused(site: FakeGitHub, issues: GitHubIssues) -> None:
    site.granted = False
    refusal = GitHubFailed(GitHubAction.CREATE_TOKEN, GitHubProblem.PERMISSIONS_NOT_GRANTED)
    with raises(NeedsPersonError, refusal):
        issues.issue(1)
    assert "Grant them in the App's settings" in describe(refusal)


def test_an_app_that_was_installed_anew_is_found_again(
    site: FakeGitHub, issues: GitHubIssues, time: FakeClock
) -> None:
    site.add_response("GET", ISSUE, issue(1))
    issues.issue(1)
    site.installed = {"acme": 33}
    time.seconds += 3600
    assert issues.issue(1).number == 1
    assert site.tokens[-1]["installation"] == 33


def test_an_unreadable_key_is_refused_in_plain_words(site: FakeGitHub) -> None:
    session = Session(API, 7, "-----BEGIN RSA PRIVATE KEY-----\nnonsense")
    with raises(PermanentError, AppKeyUnreadable()) as caught:
        _ = session.bot_login
    assert "nonsense" not in str(caught.value)
    assert "nonsense" not in describe(caught.value.reason)


@pytest.mark.parametrize("answer", ["Integration not found", "Not Found"])
def test_an_app_that_is_gone_is_no_missing_issue(site: FakeGitHub, issues: GitHubIssues, answer: str) -> None:
    """Whoever asks for the App's name writes a comment: a 404 would mean that the issue is gone."""
    site.forget_response("GET", "/app")
    site.add_response("GET", "/app", {"message": answer}, 404)
    with raises(NeedsPersonError, GitHubFailed(GitHubAction.READ_APP, GitHubProblem.CREDENTIALS_REJECTED)):
        _ = issues.bot_login
