"""What `mibot doctor` learns from GitHub."""

from __future__ import annotations

import base64

import pytest

from bot.adapters.github import Session, doctor
from bot.domain.doctor.webhook import WebhookConfig
from bot.domain.github_models import AppInfo
from bot.ports.errors import ExternalError
from tests.adapters.github.conftest import FakeGitHub

HOOK = {
    "url": "https://mibot.test/webhooks/github",
    "content_type": "json",
    "insecure_ssl": "0",
    "secret": "********",
}


def test_the_app_knows_its_permissions_and_events(site: FakeGitHub, session: Session) -> None:
    assert doctor.app_info(session) == AppInfo("mibot", {"issues": "write"}, frozenset({"issues"}))


def test_an_installation_tells_what_it_was_granted(site: FakeGitHub, session: Session) -> None:
    assert doctor.granted_permissions(session, "acme/releases") == {"issues": "write"}
    assert doctor.granted_permissions(session, "nobody/releases") is None


def test_the_webhook_is_shown_without_its_secret(site: FakeGitHub, session: Session) -> None:
    site.add_response("GET", "/app/hook/config", HOOK)
    assert doctor.webhook(session) == WebhookConfig("https://mibot.test/webhooks/github", "json", verifies_tls=True)


def test_a_server_that_does_not_tell_the_webhook_is_no_error(site: FakeGitHub, session: Session) -> None:
    site.add_response("GET", "/app/hook/config", {"message": "Not Found"}, 404)
    assert doctor.webhook(session) is None


def test_a_team_exists_or_not(site: FakeGitHub, session: Session) -> None:
    site.add_response("GET", "/orgs/acme/teams/cloud", {"slug": "cloud"})
    site.add_response("GET", "/orgs/acme/teams/clod", {"message": "Not Found"}, 404)
    assert doctor.team_exists(session, "acme/cloud")
    assert not doctor.team_exists(session, "acme/clod")


def test_a_repository_tells_its_present_name(site: FakeGitHub, session: Session) -> None:
    site.add_response("GET", "/repos/acme/releases", {"full_name": "acme/Releases"})
    site.add_response("GET", "/repos/acme/gone", {"message": "Not Found"}, 404)
    assert doctor.full_name(session, "acme/releases") == "acme/Releases"
    assert doctor.full_name(session, "acme/gone") is None


def test_a_workflow_tells_its_state_and_its_file(site: FakeGitHub, session: Session) -> None:
    content = {"type": "file", "encoding": "base64", "content": base64.b64encode(b"on: push\n").decode()}
    site.add_response(
        "GET", "/repos/fleet/deploy/actions/workflows/up.yml", {"id": 1, "state": "disabled_inactivity"}
    )
    site.add_response("GET", "/repos/fleet/deploy/contents/.github/workflows/up.yml", content)
    assert doctor.workflow_state(session, "fleet/deploy", "up.yml") == "disabled_inactivity"
    assert doctor.workflow_file(session, "fleet/deploy", "up.yml") == b"on: push\n"


def test_a_workflow_that_is_not_there_has_neither(site: FakeGitHub, session: Session) -> None:
    site.add_response("GET", "/repos/fleet/deploy", {"default_branch": "main"})
    site.add_response("GET", "/repos/fleet/deploy/actions/workflows/up.yml", {"message": "Not Found"}, 404)
    site.add_response("GET", "/repos/fleet/deploy/contents/.github/workflows/up.yml", {"message": "Not Found"}, 404)
    assert doctor.workflow_state(session, "fleet/deploy", "up.yml") is None
    assert doctor.workflow_file(session, "fleet/deploy", "up.yml") is None


def test_a_workflow_file_in_another_shape_is_refused(site: FakeGitHub, session: Session) -> None:
    too_large = {"type": "file", "encoding": "none", "content": ""}
    site.add_response("GET", "/repos/fleet/deploy/contents/.github/workflows/up.yml", too_large)
    with pytest.raises(ExternalError):
        doctor.workflow_file(session, "fleet/deploy", "up.yml")
