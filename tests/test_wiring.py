"""Everything that the wiring can construct is constructed here, and every policy has the values of the settings."""

from __future__ import annotations

import inspect
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.cli.read_only import ReadOnlyWiring
from bot.domain.chat.effects import BackUpNow, CheckNow, HandleComment, PlanNow
from bot.domain.effects import Effect
from bot.domain.flow.deliveries import EventFilter
from bot.domain.flow.events import Event
from bot.domain.health.model import CloudConfig
from bot.domain.rollout.effects import Schedule, StartUpgrades
from bot.domain.tracker.effects import EnsureTracker
from bot.domain.upgrade.deploy_policy import DeployMode, DeployPolicy, VerifyPolicy
from bot.domain.upgrade.effects import (
    Advance,
    AdvancePreparation,
    CancelPreparation,
    CancelUpgrade,
    MarkDeployed,
    Poll,
    Prepare,
    Recheck,
    Retry,
    StartRollback,
    StartUpgrade,
)
from bot.handlers.dispatch import Dispatcher
from bot.schema import CODEC
from bot.settings import DeploySettings, VerifySettings, load
from bot.wiring.application import make_web, make_worker
from bot.wiring.handlers import make_handlers
from bot.wiring.policies import policy_from
from bot.wiring.services import Services

SETTINGS = """
[github]
app_id = 7
private_key_file = "key.pem"
webhook_secret = "hunter2-hunter2"

[repositories]
releases = "acme/releases"
deployment = "acme/deploy"
upstream = "acme/upstream"

[policy]
label = "team/fleet"
operators = ["acme/cloud"]
max_in_flight = 3

[gcp]
project_template = "acme-{slug}"
zone = "europe-west1-b"
monitoring_project = "acme-monitoring"

[opsgenie]
api_key = "opsgenie-opsgenie"

[deploy]
mode = "manual"
workflow = "acme.yml"
backup = false
backup_timeout = 61
keep_backups = 4
start_timeout = 62
timeout = 63
poll = 64

[verify]
timeout = 71
stable_for = 65
interval = 66

[store]
url = "sqlite:///wiring.sqlite"
"""


@pytest.fixture(scope="module")
def pem() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*form)


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: bytes) -> Services:
    for name in [name for name in os.environ if name.upper().startswith("MIBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("key.pem").write_bytes(pem)
    Path("mibot.toml").write_text(SETTINGS)
    return ReadOnlyWiring(load(None))


def parts_of(cls: type) -> list[str]:
    """The names of everything that the class makes."""
    return [name for name, value in inspect.getmembers(cls) if not name.startswith("_") and not callable(value)]


@pytest.mark.parametrize("cls", [Services, ReadOnlyWiring])
def test_every_adapter_and_service_is_constructed(services: Services, cls: type[Services]) -> None:
    wiring = cls(services.settings)
    made = {name: getattr(wiring, name) for name in parts_of(cls)}
    assert {"session", "store", "engine", "backups", "check_runner", "command_service", "reconciler"} <= set(made)


def test_the_parts_of_the_process_that_serves_are_constructed(services: Services) -> None:
    assert make_worker(services)
    assert make_web(services).test_client().get("/readyz").status_code == 200


def test_every_event_and_effect_has_exactly_one_handler(services: Services) -> None:
    """Two handlers of one type fail in the constructor of the dispatcher."""
    effects = {record.cls for record in CODEC.records if issubclass(record.cls, Effect)}
    assert Dispatcher(make_handlers(services)).handled_types == effects | set(get_args(Event))


def test_the_delay_of_whatever_people_wait_for_is_noted(services: Services) -> None:
    moves = {StartUpgrade, StartRollback, Advance, Poll, Recheck, MarkDeployed, Retry}
    noted = Dispatcher(make_handlers(services)).types_with_delay_notes
    answers = {HandleComment, CheckNow, PlanNow, BackUpNow}
    waiting = {Schedule, StartUpgrades, EnsureTracker}
    assert noted == moves | answers | waiting | {Prepare, AdvancePreparation, CancelUpgrade, CancelPreparation}


def test_every_handler_takes_something(services: Services) -> None:
    for handler in make_handlers(services):
        dispatcher = Dispatcher([handler])
        assert dispatcher.handled_types or dispatcher.types_with_delay_notes, type(handler).__name__


def test_every_policy_has_the_values_of_the_settings(services: Services) -> None:
    assert services.deploy_policy == DeployPolicy(
        mode=DeployMode.MANUAL,
        workflow="acme.yml",
        backup=False,
        backup_timeout=61,
        keep_backups=4,
        start_timeout=62,
        timeout=63,
        poll=64,
        verify=VerifyPolicy(timeout=71, stable_for=65, interval=66),
    )
    assert services.event_filter == EventFilter("acme/releases", "acme/deploy", "team/fleet")
    assert services.cloud_config == CloudConfig("acme-{slug}", "europe-west1-b", "acme-monitoring", True)


def test_no_field_of_a_policy_keeps_its_default(services: Services) -> None:
    for policy in (services.deploy_policy, services.deploy_policy.verify, services.cloud_config):
        assert is_dataclass(policy)
        for field in fields(policy):
            assert getattr(policy, field.name) != field.default, f"{type(policy).__name__}.{field.name}"


def test_a_field_that_no_section_has_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"0 sections of the settings have DeployPolicy\.verify"):
        policy_from(DeployPolicy, DeploySettings())


def test_a_field_that_two_sections_have_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"2 sections of the settings have VerifyPolicy\.timeout"):
        policy_from(VerifyPolicy, DeploySettings(), VerifySettings())
