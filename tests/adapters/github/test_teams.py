"""Who belongs to a team."""

from __future__ import annotations

import pytest

from bot.adapters.github import GitHubTeams, Session
from bot.ports import Refused
from tests.adapters.github.conftest import Site, Time

ALICE = "/orgs/acme/teams/cloud/memberships/alice"


@pytest.fixture
def teams(session: Session) -> GitHubTeams:
    return GitHubTeams(session)


def test_an_active_member_belongs_to_the_team(site: Site, teams: GitHubTeams) -> None:
    site.on("GET", ALICE, {"state": "active", "role": "member"})
    assert teams.is_member("acme/cloud", "alice")


def test_somebody_invited_does_not_belong_yet(site: Site, teams: GitHubTeams) -> None:
    site.on("GET", ALICE, {"state": "pending", "role": "member"})
    assert not teams.is_member("acme/cloud", "alice")


def test_an_outsider_does_not_belong(site: Site, teams: GitHubTeams) -> None:
    site.on("GET", ALICE, {"message": "Not Found"}, 404)
    assert not teams.is_member("acme/cloud", "alice")


def test_an_answer_is_remembered_for_a_minute(site: Site, teams: GitHubTeams, time: Time) -> None:
    site.on("GET", ALICE, {"state": "active"})
    site.on("GET", ALICE, {"message": "Not Found"}, 404)
    assert teams.is_member("acme/cloud", "alice")
    time.seconds += 59
    assert teams.is_member("acme/Cloud", "Alice")
    assert len(site.asked()) == 1
    time.seconds += 2
    assert not teams.is_member("acme/cloud", "alice")


def test_not_being_able_to_ask_is_not_a_no(site: Site, teams: GitHubTeams) -> None:
    site.on("GET", ALICE, {"message": "Resource not accessible by integration"}, 403)
    with pytest.raises(Refused, match="`members=read`"):
        teams.is_member("acme/cloud", "alice")
    with pytest.raises(Refused, match="not installed for `nobody`"):
        teams.is_member("nobody/cloud", "alice")


def test_a_strange_login_stays_inside_its_place_in_the_path(site: Site, teams: GitHubTeams) -> None:
    site.on("GET", "/orgs/acme/teams/cloud/memberships/..%2Falice%3Fx", {"message": "Not Found"}, 404)
    assert not teams.is_member("acme/cloud", "../alice?x")
