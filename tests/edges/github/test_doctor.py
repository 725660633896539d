"""What `mibot doctor` learns from GitHub."""

from __future__ import annotations

from bot.domain.facts import AppInfo
from bot.edges.github import Session, doctor
from tests.edges.github.conftest import Site

HOOK = {
    "url": "https://mibot.test/webhooks/github",
    "content_type": "json",
    "insecure_ssl": "0",
    "secret": "********",
}


def test_the_app_knows_its_permissions_and_events(site: Site, session: Session) -> None:
    assert doctor.app_info(session) == AppInfo("mibot", {"issues": "write"}, frozenset({"issues"}))


def test_an_installation_tells_what_it_was_granted(site: Site, session: Session) -> None:
    assert doctor.granted_permissions(session, "acme/releases") == {"issues": "write"}
    assert doctor.granted_permissions(session, "nobody/releases") is None


def test_the_webhook_is_shown_without_its_secret(site: Site, session: Session) -> None:
    site.on("GET", "/app/hook/config", HOOK)
    assert doctor.webhook(session) == doctor.Webhook("https://mibot.test/webhooks/github", "json", verifies_tls=True)


def test_a_server_that_does_not_tell_the_webhook_is_no_error(site: Site, session: Session) -> None:
    site.on("GET", "/app/hook/config", {"message": "Not Found"}, 404)
    assert doctor.webhook(session) is None


def test_a_team_exists_or_not(site: Site, session: Session) -> None:
    site.on("GET", "/orgs/acme/teams/cloud", {"slug": "cloud"})
    site.on("GET", "/orgs/acme/teams/clod", {"message": "Not Found"}, 404)
    assert doctor.team_exists(session, "acme/cloud")
    assert not doctor.team_exists(session, "acme/clod")


def test_a_repository_tells_its_present_name(site: Site, session: Session) -> None:
    site.on("GET", "/repos/acme/releases", {"full_name": "acme/Releases"})
    site.on("GET", "/repos/acme/gone", {"message": "Not Found"}, 404)
    assert doctor.full_name(session, "acme/releases") == "acme/Releases"
    assert doctor.full_name(session, "acme/gone") is None
