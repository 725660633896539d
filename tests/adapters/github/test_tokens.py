"""Installation tokens: with exactly the permissions needed, one an installation, fresh, and replaced when refused."""

from __future__ import annotations

import importlib
import pkgutil

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import bot.adapters.github
from bot.adapters.github import PERMISSIONS, GitHubDeployment, GitHubIssues, Session
from bot.adapters.github.purpose import Purpose
from bot.ports import Missing, Refused
from tests.adapters.github.conftest import Site, Time
from tests.adapters.github.samples import API, issue, pull

ISSUE = "/repos/acme/releases/issues/1"
BAD_CREDENTIALS = {"message": "Bad credentials"}


def test_a_token_is_asked_for_with_exactly_the_named_permissions(site: Site, issues: GitHubIssues) -> None:
    site.on("GET", ISSUE, issue(1))
    issues.issue(1)
    assert site.tokens == [{"installation": 1, "permissions": PERMISSIONS}]


def test_every_permission_is_needed_by_a_call_and_every_call_has_its_permission() -> None:
    needed: dict[str, str] = {}
    for module in pkgutil.iter_modules(bot.adapters.github.__path__, "bot.adapters.github."):
        purposes = [p for p in vars(importlib.import_module(module.name)).values() if isinstance(p, Purpose)]
        for name, _, level in sorted(p.needs.partition("=") for p in purposes if p.needs):
            needed[name] = max(needed.get(name, ""), level)  # "read" < "write"
    assert needed == PERMISSIONS


def test_one_token_serves_many_requests(site: Site, issues: GitHubIssues) -> None:
    site.on("GET", ISSUE, issue(1))
    for _ in range(5):
        issues.issue(1)
    assert len(site.tokens) == 1
    assert set(site.headers()) == {"token ghs_1"}


def test_a_token_is_renewed_before_it_ends(site: Site, issues: GitHubIssues, time: Time) -> None:
    site.on("GET", ISSUE, issue(1))
    issues.issue(1)
    time.seconds += 3600 - 60
    issues.issue(1)
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_two_owners_have_two_installations(site: Site, issues: GitHubIssues, deployment: GitHubDeployment) -> None:
    site.on("GET", ISSUE, issue(1))
    site.on("GET", "/repos/fleet/deploy/pulls/1", pull(1))
    issues.issue(1)
    deployment.pull(1)
    assert [token["installation"] for token in site.tokens] == [1, 2]
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_the_app_proves_itself_with_its_key(site: Site, session: Session, key: str) -> None:
    assert session.me == "mibot[bot]"
    assert session.me == "mibot[bot]"
    (header,) = site.headers()  # asked once
    public = load_pem_private_key(key.encode(), None).public_key()
    claims = jwt.decode(str(header).removeprefix("Bearer "), public, algorithms=["RS256"])  # type: ignore[arg-type]
    assert claims["iss"] == "7"


def test_a_refused_token_is_replaced_once(site: Site, issues: GitHubIssues) -> None:
    site.on("GET", ISSUE, BAD_CREDENTIALS, 401)
    site.on("GET", ISSUE, issue(1))
    assert issues.issue(1).number == 1
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_a_write_is_sent_again_with_a_new_token(site: Site, issues: GitHubIssues) -> None:
    site.on("PATCH", ISSUE, BAD_CREDENTIALS, 401)
    site.on("PATCH", ISSUE, issue(1))
    issues.edit_issue(1, "text")
    assert site.headers() == ["token ghs_1", "token ghs_2"]


def test_credentials_that_are_refused_twice_are_refused(site: Site, issues: GitHubIssues) -> None:
    site.on("GET", ISSUE, BAD_CREDENTIALS, 401)
    with pytest.raises(Refused, match=r"does not accept the App's credentials. Check `github.app_id`"):
        issues.issue(1)
    assert len(site.asked()) == 2


def test_an_owner_without_the_app_is_refused_and_not_missing(site: Site, issues: GitHubIssues) -> None:
    site.installed = {}
    with pytest.raises(Refused, match=r"The App is not installed for `acme`. Install it there.") as caught:
        issues.issue(1)
    assert not isinstance(caught.value, Missing)  # of the issue we know nothing


def test_an_installation_that_grants_too_little_is_refused(site: Site, issues: GitHubIssues) -> None:
    site.granted = False
    with pytest.raises(Refused, match=r"with the permissions that mibot needs.*not granted to this installation"):
        issues.issue(1)


def test_an_app_that_was_installed_anew_is_found_again(site: Site, issues: GitHubIssues, time: Time) -> None:
    site.on("GET", ISSUE, issue(1))
    issues.issue(1)
    site.installed = {"acme": 33}
    time.seconds += 3600
    assert issues.issue(1).number == 1
    assert site.tokens[-1]["installation"] == 33


def test_an_unreadable_key_is_refused_in_plain_words(site: Site) -> None:
    session = Session(API, 7, "-----BEGIN RSA PRIVATE KEY-----\nnonsense")
    with pytest.raises(Refused, match=r"private key cannot be read. Check `github.private_key`") as caught:
        _ = session.me
    assert "nonsense" not in str(caught.value)
