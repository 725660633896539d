"""The documents say what the code does: their tables, links and examples are held against it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from prometheus_client import REGISTRY
from pydantic_core import PydanticUndefined

from bot import settings, worker
from bot.adapters.github import PERMISSIONS
from bot.checks import all_checks
from bot.cli import app
from bot.commands import all_commands
from bot.domain.flow.deliveries import SUBSCRIBED_EVENTS
from bot.domain.health.model import Phase
from bot.settings import Settings
from bot.web import webhook
from tests.recipes import recipe_steps

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(ROOT.glob("*.md"))
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLE = ROOT / "mibot.example.toml"


def table(head: str, text: str = README) -> list[list[str]]:
    """The rows of the one table whose first line begins with these columns."""
    (found,) = re.findall(rf"^{re.escape(head)}.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in found.splitlines()]


def plain(cell: str) -> str:
    return cell.strip("`")


def keys() -> Iterator[tuple[str, str]]:
    """Every key of the settings, and its default as the README writes it."""
    for section, field in Settings.model_fields.items():
        model: Any = field.annotation
        for key, inner in model.model_fields.items():
            shown = list(inner.default) if isinstance(inner.default, tuple) else inner.default
            default = "none" if shown is None else f"`{shown}`"
            yield f"{section}.{key}", "required" if inner.default is PydanticUndefined else default


# The README's tables


def test_the_settings_table_has_every_key_with_its_variable_and_default() -> None:
    rows = table("| key | variable | default | meaning |")
    told = [(plain(key), plain(variable), default) for key, variable, default, _ in rows]
    assert told == [(key, f"MIBOT_{key.upper().replace('.', '__')}", default) for key, default in keys()]
    assert all(meaning for *_, meaning in rows)


def test_the_permissions_table() -> None:
    rows = table("| permission | level |")
    assert {plain(name): level for name, level, _ in rows} == PERMISSIONS
    assert all(why for *_, why in rows)


def test_the_events_table() -> None:
    rows = table("| event |")
    assert [plain(event) for event, _ in rows] == sorted(SUBSCRIBED_EVENTS)
    assert all(why for *_, why in rows)


def test_the_commands_table() -> None:
    rows = table("| command | what it does | who may use it |")
    told = [(plain(usage), summary, who) for usage, summary, who in rows]
    assert told == [(command.usage, command.summary, command.permission.value) for command in all_commands().values()]


def test_the_checks_table() -> None:
    rows = table("| check | when |")
    assert sorted((plain(name), when) for name, when, _ in rows) == sorted(
        (check.name, ", ".join(phase for phase in (Phase.BEFORE, Phase.AFTER) if phase in check.phases))
        for check in all_checks()
    )
    assert all(passes for *_, passes in rows)


def test_the_metrics_table() -> None:
    assert worker
    assert webhook
    told = {plain(name) for name, _ in table("| metric |")}
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("mibot_")}
    assert {name.removesuffix("_total") for name in told} == ours


def test_the_command_line_table() -> None:
    group: Any = typer.main.get_command(app)
    told = [plain(usage).split()[1] for usage, _ in table("| on the command line |")]
    assert sorted(told) == sorted(group.commands)


# Links and examples


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", document.read_text())
    assert [link for link in links if not (document.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    """In backquotes, with a folder and an ending, or a folder alone; examples' own files are left out."""
    named = re.findall(r"`((?:bot|tests|bench)/[\w./-]*)`", document.read_text())
    added = {step.path for step in recipe_steps(CONTRIBUTING)}
    assert [name for name in named if name not in added and not (ROOT / name).exists()] == []


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("MIBOT_")]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_variables")
def test_the_example_settings_are_right_once_the_secrets_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    monkeypatch.setenv("MIBOT_GITHUB__PRIVATE_KEY", key.private_bytes(*form).decode())
    monkeypatch.setenv("MIBOT_GITHUB__WEBHOOK_SECRET", "a long and random secret")
    loaded = settings.load(EXAMPLE)
    assert loaded.github.app_id == 12345


def test_the_example_settings_name_every_key_and_no_other() -> None:
    """Those left out stand in a comment, `# key = default`."""
    uncommented = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    found = {f"{section}.{key}" for section, values in tomllib.loads(uncommented).items() for key in values}
    assert found == {key for key, _ in keys()} - {"github.private_key", "github.webhook_secret"}


def test_the_defaults_in_the_example_settings() -> None:
    uncommented = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    document = tomllib.loads(uncommented)
    defaults = {key: plain(default) for key, default in keys() if default.startswith("`")}
    for name, default in defaults.items():
        section, key = name.split(".")
        assert str(document[section][key]) == default, name
