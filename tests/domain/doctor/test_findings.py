"""From what external systems answered to the doctor's findings."""

from __future__ import annotations

import pytest

from bot.domain.doctor.app import (
    AppNotInstalled,
    EventsExcessive,
    EventsMissing,
    PermissionsExcessive,
    PermissionsMissing,
    judge_events,
    judge_permissions,
)
from bot.domain.doctor.finding import AsNeeded, Finding, failed, ok, unknown
from bot.domain.doctor.repositories import RepositoryHidden, RepositoryReachable, RepositoryRenamed, judge_name
from bot.domain.doctor.services import SchemaState, StoreSchema, judge_schema
from bot.domain.doctor.webhook import (
    DeliveriesArrived,
    DeliveryFailed,
    NoDeliveries,
    SignatureRefused,
    WebhookConfig,
    WebhookFault,
    WebhookReady,
    WebhookWrong,
    judge_deliveries,
    judge_webhook,
)

NEEDED = {"issues": "write", "metadata": "read"}
API = "https://api.github.com"


def test_permissions_are_exactly_those_that_are_needed() -> None:
    assert judge_permissions({"acme/releases": NEEDED}, NEEDED, NEEDED) == ok(AsNeeded())


def test_a_permission_counts_as_missing_when_its_level_is_too_low() -> None:
    granted = {"acme/releases": NEEDED, "acme/deploy": {"issues": "read", "metadata": "read"}}
    assert judge_permissions(granted, NEEDED, NEEDED) == failed(PermissionsMissing({"issues": "write"}, True))
    assert judge_permissions(granted, {}, NEEDED) == failed(PermissionsMissing({"issues": "write"}, False))


def test_more_permissions_than_needed_are_fine_and_named() -> None:
    granted = {"acme/releases": NEEDED | {"metadata": "write"}}
    assert judge_permissions(granted, NEEDED, NEEDED) == ok(PermissionsExcessive({"metadata": "write"}))


def test_a_repository_without_an_installation_has_no_permissions() -> None:
    assert judge_permissions({"acme/releases": None}, NEEDED, NEEDED) == failed(AppNotInstalled("acme/releases"))


@pytest.mark.parametrize(
    ("subscribed", "finding"),
    [
        ({"push", "issues"}, ok(AsNeeded())),
        ({"push"}, failed(EventsMissing(frozenset({"issues"})))),
        ({"push", "issues", "fork"}, ok(EventsExcessive(frozenset({"fork"})))),
    ],
)
def test_events(subscribed: set[str], finding: Finding) -> None:
    assert judge_events(subscribed, {"push", "issues"}) == finding


@pytest.mark.parametrize(
    ("current", "finding"),
    [
        (None, failed(RepositoryHidden("acme/deploy"))),
        ("Acme/Deploy", ok(RepositoryReachable("Acme/Deploy"))),
        ("acme/moved", failed(RepositoryRenamed("acme/deploy", "acme/moved", "deployment"))),
    ],
)
def test_a_repository_may_have_been_renamed(current: str | None, finding: Finding) -> None:
    assert judge_name("acme/deploy", current, "deployment") == finding


def test_a_webhook_has_all_its_faults_named() -> None:
    url = "http://mibot.test/hooks"
    finding = judge_webhook(WebhookConfig(url, "form", verifies_tls=False, has_secret=False), API)
    assert finding == failed(WebhookWrong(url, tuple(WebhookFault)))


def test_a_webhook_on_the_same_machine_needs_no_encryption() -> None:
    url = "http://127.0.0.1:8080/webhooks/github"
    webhook = WebhookConfig(url, "json", verifies_tls=True)
    assert judge_webhook(webhook, "http://localhost:4000") == ok(WebhookReady(url))
    assert judge_webhook(webhook, API) == failed(WebhookWrong(url, (WebhookFault.NOT_HTTPS,)))


@pytest.mark.parametrize(
    ("statuses", "finding"),
    [
        ([], unknown(NoDeliveries())),
        ([200, 200], ok(DeliveriesArrived(2))),
        ([200, 502, 0], ok(DeliveriesArrived(3, failed=2))),
        ([401, 200], failed(SignatureRefused())),
        ([502], failed(DeliveryFailed(502))),
        ([0], failed(DeliveryFailed(None))),
    ],
)
def test_the_answers_to_deliveries(statuses: list[int], finding: Finding) -> None:
    assert judge_deliveries(statuses) == finding


@pytest.mark.parametrize("state", SchemaState)
def test_only_the_tables_of_a_newer_mibot_are_a_failure(state: SchemaState) -> None:
    finding = judge_schema(state)
    assert finding == (failed if state is SchemaState.NEWER else ok)(StoreSchema(state))
