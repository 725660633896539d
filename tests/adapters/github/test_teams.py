"""Who belongs to a team."""

from __future__ import annotations

import pytest

from bot.adapters.github import GitHubTeams, Session
from bot.domain.failures.github import AppNotInstalled, GitHubRefused
from bot.domain.failures.github_actions import GitHubAction
from bot.ports.errors import ExternalError, NotFoundError, PermanentError
from tests.adapters.github.conftest import FakeClock, FakeGitHub
from tests.adapters.github.samples import FORBIDDEN
from tests.failures import raises

TEAM = "/orgs/acme/teams/cloud"
ALICE = f"{TEAM}/memberships/alice"


@pytest.fixture
def teams(session: Session) -> GitHubTeams:
    return GitHubTeams(session)


def test_an_active_member_belongs_to_the_team(site: FakeGitHub, teams: GitHubTeams) -> None:
    site.add_response("GET", ALICE, {"state": "active", "role": "member"})
    assert teams.is_member("acme/cloud", "alice")


def test_somebody_invited_does_not_belong_yet(site: FakeGitHub, teams: GitHubTeams) -> None:
    site.add_response("GET", ALICE, {"state": "pending", "role": "member"})
    assert not teams.is_member("acme/cloud", "alice")


@pytest.mark.parametrize("status", [404, 403, 502])
def test_a_team_that_cannot_be_seen_says_nothing_of_its_members(
    site: FakeGitHub, teams: GitHubTeams, status: int
) -> None:
    site.add_response("GET", ALICE, {"message": "Not Found"}, 404)
    site.add_response("GET", TEAM, {"message": "Not Found"}, status)
    with pytest.raises(ExternalError) as caught:
        teams.is_member("acme/cloud", "alice")
    assert not isinstance(caught.value, NotFoundError)


def test_an_outsider_does_not_belong(site: FakeGitHub, teams: GitHubTeams) -> None:
    site.add_response("GET", TEAM, {"slug": "cloud"})
    site.add_response("GET", ALICE, {"message": "Not Found"}, 404)
    assert not teams.is_member("acme/cloud", "alice")


def test_an_answer_is_remembered_for_a_minute(site: FakeGitHub, teams: GitHubTeams, time: FakeClock) -> None:
    site.add_response("GET", TEAM, {"slug": "cloud"})
    site.add_response("GET", ALICE, {"state": "active"})
    site.add_response("GET", ALICE, {"message": "Not Found"}, 404)
    assert teams.is_member("acme/cloud", "alice")
    time.seconds += 59
    assert teams.is_member("acme/Cloud", "Alice")
    assert len(site.requests()) == 1
    time.seconds += 2
    assert not teams.is_member("acme/cloud", "alice")


def test_not_being_able_to_ask_is_not_a_no(site: FakeGitHub, teams: GitHubTeams) -> None:
    site.add_response("GET", ALICE, {"message": FORBIDDEN}, 403)
    with raises(
        PermanentError,
        GitHubRefused(GitHubAction.READ_TEAM_MEMBERS, 403, FORBIDDEN, "members=read"),
    ):
        teams.is_member("acme/cloud", "alice")
    with raises(PermanentError, AppNotInstalled("nobody")):
        teams.is_member("nobody/cloud", "alice")


def test_a_strange_login_stays_inside_its_place_in_the_path(site: FakeGitHub, teams: GitHubTeams) -> None:
    site.add_response("GET", "/orgs/acme/teams/cloud/memberships/..%2Falice%3Fx", {"message": "Not Found"}, 404)
    site.add_response("GET", TEAM, {"slug": "cloud"})
    assert not teams.is_member("acme/cloud", "../alice?x")
