"""The settings are complete and right, or every problem is reported at once, without any secret."""

from __future__ import annotations

import json
import math
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from bot.settings import Settings, SettingsError, load

SECRET = "hunter2-hunter2"
Set = Callable[..., None]


@pytest.fixture(scope="session")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of this machine, and a folder without a mibot.toml."""
    for name in [name for name in os.environ if name.upper().startswith("MIBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, pem: str) -> Set:
    """Sets everything without a default, as variables, with changes. A key that is None is left out."""

    def set_(**changed: str | None) -> None:
        values: dict[str, str | None] = {
            "GITHUB__APP_ID": "7",
            "GITHUB__PRIVATE_KEY": pem,
            "GITHUB__WEBHOOK_SECRET": SECRET,
            "REPOSITORIES__RELEASES": "acme/releases",
            "REPOSITORIES__DEPLOYMENT": "acme/deploy",
            "REPOSITORIES__UPSTREAM": "acme/upstream",
            "POLICY__OPERATORS": '["acme/cloud"]',
        }
        for name, value in (values | changed).items():
            if value is not None:
                monkeypatch.setenv(f"MIBOT_{name}", value)

    return set_


def problems(file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(file)
    assert all("\n" not in line for line in caught.value.problems)
    shown = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in shown, "a traceback shows what pydantic echoes"
    return caught.value.problems


def toml(pem: str, extra: str = "") -> str:
    return f"""
[github]
app_id = 7
private_key = {json.dumps(pem)}
webhook_secret = "{SECRET}"
[repositories]
releases = "acme/releases"
deployment = "acme/deploy"
upstream = "acme/upstream"
[policy]
operators = ["acme/cloud", "acme/on-call"]
max_in_flight = 3
{extra}"""


# Where settings come from


def test_from_a_file(pem: str, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(toml(pem))
    settings = load(file)
    assert settings.github.app_id == 7
    assert settings.github.read_private_key() == pem
    assert settings.github.read_webhook_secret() == SECRET
    assert settings.policy.operators == ("acme/cloud", "acme/on-call")
    assert settings.policy.max_in_flight == 3
    assert settings.policy.label == "team/cloud"
    assert settings.gcp.project_template == "sourcegraph-managed-{slug}"
    assert settings.store.url == "sqlite:///mibot.sqlite"
    assert settings.reconcile.interval == 60


def test_from_mibot_toml_in_the_working_directory(pem: str, tmp_path: Path) -> None:
    (tmp_path / "mibot.toml").write_text(toml(pem))
    assert load(None).policy.max_in_flight == 3


def test_from_the_file_that_a_variable_names(pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mibot.toml").write_text("this file is not looked at")
    (tmp_path / "named.toml").write_text(toml(pem))
    monkeypatch.setenv("MIBOT_CONFIG", "named.toml")
    assert load(None).policy.max_in_flight == 3


def test_the_environment_wins_over_the_file(pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mibot.toml").write_text(toml(pem))
    monkeypatch.setenv("MIBOT_POLICY__MAX_IN_FLIGHT", "4")
    monkeypatch.setenv("MIBOT_GCP__ZONE", "europe-west1-b")
    settings = load(None)
    assert (settings.policy.max_in_flight, settings.gcp.zone) == (4, "europe-west1-b")
    assert settings.policy.operators == ("acme/cloud", "acme/on-call"), "the rest of the section stays the file's"


def test_from_the_environment_alone(given: Set) -> None:
    given(STORE__URL="postgresql://bot:pw@db/mibot", RECONCILE__INTERVAL="5")
    settings = load(None)
    assert settings.store.url == "postgresql://bot:pw@db/mibot"
    assert settings.reconcile.interval == 5


@pytest.mark.parametrize(
    "value", ['["acme/cloud", "acme/on-call"]', "acme/cloud,acme/on-call", " acme/cloud , acme/on-call "]
)
def test_a_list_from_the_environment(given: Set, value: str) -> None:
    given(POLICY__OPERATORS=value)
    assert load(None).policy.operators == ("acme/cloud", "acme/on-call")


@pytest.mark.parametrize("names", [["dana_acme"], ["dana", "acme/on-call", "lee-2_x"]])
def test_logins_of_enterprise_managed_users_have_an_underscore(given: Set, names: list[str]) -> None:
    given(ON_CALL__MENTION=json.dumps(names))
    assert load(None).on_call.mention == tuple(names)


def test_the_settings_are_frozen(given: Set) -> None:
    given()
    settings = load(None)
    with pytest.raises(ValidationError):
        settings.gcp = settings.gcp.model_copy()
    with pytest.raises(ValidationError):
        settings.policy.max_in_flight = 100


# What is wrong is told


def test_all_missing_settings_are_named_at_once() -> None:
    lines = problems()
    for key in (
        "github.app_id",
        "repositories.releases",
        "repositories.deployment",
        "repositories.upstream",
        "policy.operators",
    ):
        variable = f"MIBOT_{key.upper().replace('.', '__')}"
        assert f"{key}: is missing; set it in the file or as {variable}." in lines
    for key in ("private_key", "webhook_secret"):
        (line,) = [line for line in lines if line.startswith(f"github.{key}")]
        assert line == (
            f"github.{key}_file: give either it (MIBOT_GITHUB__{key.upper()}_FILE) or github.{key} "
            f"(MIBOT_GITHUB__{key.upper()}); neither is given."
        )
    assert len(lines) == 7


WRONG = {
    "GITHUB__API_URL": "ftp://api",
    "GITHUB__APP_ID": "0",
    "GITHUB__WRITE_INTERVAL": "-1",
    "REPOSITORIES__RELEASES": "releases",
    "REPOSITORIES__DEPLOYMENT": "https://github.com/acme/deploy",
    "REPOSITORIES__UPSTREAM": "a/b/c",
    "POLICY__LABEL": "",
    "POLICY__OPERATORS": "cloud",
    "POLICY__MAX_IN_FLIGHT": "none",
    "POLICY__RELEASE_TITLE": "(release",
    "GCP__PROJECT_TEMPLATE": "one-for-all",
    "GCP__COMPUTE_ENDPOINT": "localhost:8080",
    "STORE__URL": "mysql://root:hunter2@db/mibot",
    "RECONCILE__INTERVAL": "0",
    "GITHUB__WEBHOOK_SECRET": "short",
    "GITHUB__PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
}


def test_all_wrong_settings_are_named_at_once(given: Set) -> None:
    given(**WRONG)
    lines = problems()
    named = sorted(line.split(":")[0] for line in lines)
    assert named == sorted(name.lower().replace("__", ".") for name in WRONG)


@pytest.mark.parametrize("name", [name for name, value in WRONG.items() if len(value) > 4])
def test_a_wrong_value_is_not_repeated(given: Set, name: str) -> None:
    value = f"{WRONG[name]} hunter2"
    given(**{name: value if name != "GITHUB__WEBHOOK_SECRET" else "hunter2"})
    (line,) = problems()
    assert "hunter2" not in line


@pytest.mark.parametrize("value", ["[oops", '{"acme/cloud": 1}', "[]", "", "[1, 2]", "acme/cloud acme/on-call"])
def test_a_value_that_is_no_list(given: Set, value: str) -> None:
    given(POLICY__OPERATORS=value)
    assert all(line.startswith("policy.operators") for line in problems())


def test_unknown_keys(pem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mibot.toml").write_text(toml(pem, "color = 'blue'\n[wrong]\nkey = 'hunter2'\n"))
    monkeypatch.setenv("MIBOT_GCP__ZOEN", "x")
    monkeypatch.setenv("MIBOT_REPOSITORY__RELEASES", "x/y")
    assert sorted(problems()) == [
        "gcp.zoen: there is no such setting; remove it.",
        "policy.color: there is no such setting; remove it.",
        "repository: there is no such section of settings; remove MIBOT_REPOSITORY__RELEASES.",
        "wrong: there is no such setting; remove it.",
    ]


def test_a_misnamed_variable_alone_is_enough_to_refuse(given: Set) -> None:
    given(GITHUB_APP__ID="8")
    assert problems() == ["github_app: there is no such section of settings; remove MIBOT_GITHUB_APP__ID."]


def test_a_whole_section_in_one_variable_is_not_taken(given: Set) -> None:
    given(GITHUB='{"webhook_secret": "hunter2"')
    assert problems() == ["github: set its keys one by one, as MIBOT_GITHUB__KEY; remove MIBOT_GITHUB."]


def test_variables_that_a_cluster_sets_for_a_service_of_our_name_are_no_problem(given: Set) -> None:
    given(SERVICE_HOST="10.0.0.1", PORT_8080_TCP_ADDR="10.0.0.1")
    assert load(None)


def test_a_file_that_is_not_there() -> None:
    (line,) = problems(Path("nowhere.toml"))
    assert line == "nowhere.toml: there is no such file; give the path by --config or MIBOT_CONFIG."


@pytest.mark.parametrize("text", [b"[github\n", b"[github]\napp_id = \n", b"\xff\xfe", b'webhook_secret = "hunter2'])
def test_a_file_that_is_no_toml(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "mibot.toml"
    file.write_bytes(text)
    (line,) = problems(file)
    assert "this is not valid TOML" in line
    assert "hunter2" not in line


def test_a_value_that_is_no_section(pem: str, tmp_path: Path) -> None:
    file = tmp_path / "mibot.toml"
    file.write_text("store = 'hunter2'\n" + toml(pem))
    (line,) = problems(file)
    assert line.startswith("store: ")
    assert "hunter2" not in line


# Secrets


def test_secrets_from_files(given: Set, pem: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(pem)
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    given(
        GITHUB__PRIVATE_KEY=None,
        GITHUB__WEBHOOK_SECRET=None,
        GITHUB__PRIVATE_KEY_FILE=str(tmp_path / "key.pem"),
        GITHUB__WEBHOOK_SECRET_FILE="secret",
    )
    github = load(None).github
    assert github.read_private_key() == pem.strip()
    assert github.read_webhook_secret() == SECRET


def test_a_key_on_one_line(given: Set, pem: str) -> None:
    given(GITHUB__PRIVATE_KEY=pem.replace("\n", "\\n"))
    assert load(None).github.read_private_key() == pem


@pytest.mark.parametrize("key", ["PRIVATE_KEY", "WEBHOOK_SECRET"])
def test_a_secret_and_its_file_both(given: Set, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text(SECRET)
    given(**{f"GITHUB__{key}_FILE": "secret"})
    (line,) = problems()
    assert line.startswith(f"github.{key.lower()}_file: give either it")
    assert line.endswith("both are given.")


@pytest.mark.parametrize("key", ["PRIVATE_KEY", "WEBHOOK_SECRET"])
def test_an_empty_secret_is_none(given: Set, key: str) -> None:
    given(**{f"GITHUB__{key}": ""})
    (line,) = problems()
    assert line.endswith("neither is given.")


@pytest.mark.parametrize("key", ["PRIVATE_KEY", "WEBHOOK_SECRET"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"])
def test_a_secret_file_that_is_unusable(given: Set, tmp_path: Path, key: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    given(**{f"GITHUB__{key}": None, f"GITHUB__{key}_FILE": "secret"})
    (line,) = problems()
    assert line.startswith(f"github.{key.lower()}_file: ")


def test_a_secret_put_where_its_file_belongs_is_not_repeated(given: Set, pem: str) -> None:
    given(
        GITHUB__PRIVATE_KEY=None,
        GITHUB__PRIVATE_KEY_FILE=pem,
        GITHUB__WEBHOOK_SECRET=None,
        GITHUB__WEBHOOK_SECRET_FILE=SECRET,
    )
    text = "\n".join(problems())
    assert "RSA" not in text
    assert SECRET not in text


def test_the_settings_do_not_show_their_secrets(given: Set, pem: str) -> None:
    given(STORE__URL="postgresql://bot:hunter2@db/mibot")
    settings = load(None)
    for shown in (repr(settings), str(settings), repr(settings.github), repr(settings.store)):
        assert SECRET not in shown
        assert "hunter2" not in shown
        assert pem.splitlines()[1] not in shown


def test_pydantic_itself_echoes_no_value(given: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    given(**WRONG)
    monkeypatch.setattr(Settings, "_file", None)
    with pytest.raises(ValidationError) as caught:
        Settings()  # type: ignore[call-arg]
    assert "hunter2" not in str(caught.value)


# Plain words

PYDANTIC = re.compile(r"Input|should be|pydantic|instance of|unable to|validation|dictionary|Settings\b")


@pytest.mark.parametrize(
    "junk", ["text", "", " ", -1, 0, 1.5, True, [], [1], ["", {}], {}, {"a": 1}, math.inf, -(10**30), "x" * 5000]
)
def test_whatever_is_wrong_is_told_in_plain_words(junk: object, pem: str, tmp_path: Path) -> None:
    """The same junk for each key of each section, and for each whole section."""
    for section, field in Settings.model_fields.items():
        model: Any = field.annotation
        files = [{section: junk}, *({section: {key: junk}} for key in model.model_fields)]
        for number, settings in enumerate(files):
            file = tmp_path / f"{section}-{number}.toml"
            file.write_text(as_toml(settings))
            with pytest.raises(SettingsError) as caught:
                load(file)  # other sections lack their keys
            assert not PYDANTIC.search("\n".join(caught.value.problems)), caught.value.problems
            assert caught.value.summary == f"the settings in {file} are not valid"


def as_toml(value: Any) -> str:
    """A document of sections, or a value, as TOML."""

    def inline(one: Any) -> str:
        if isinstance(one, dict):
            return "{" + ", ".join(f"{key} = {inline(inner)}" for key, inner in one.items()) + "}"
        if isinstance(one, list):
            return "[" + ", ".join(map(inline, one)) + "]"
        return json.dumps(one).replace("Infinity", "inf")

    return "\n".join(f"{key} = {inline(inner)}" for key, inner in value.items())


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("github.app_id", '"x"', "github.app_id: must be a whole number."),
        ("github.app_id", "1.5", "github.app_id: must be a whole number."),
        ("github.write_interval", "-1", "github.write_interval: must be at least 0."),
        ("github.api_url", "5", "github.api_url: must be a text, in quotation marks in the file."),
        ("policy.label", '""', "policy.label: must not be empty."),
        ("deploy.backup", '"maybe"', "deploy.backup: must be true or false."),
        ("deploy.mode", '"x"', "deploy.mode: must be one of 'workflow_dispatch', 'on_push' or 'manual'."),
        (
            "deploy.workflow",
            '"up"',
            "deploy.workflow: must be the name of a workflow's file, such as mi_upgrade.yml.",
        ),
        ("front_end.connect_to", '"gateway"', "front_end.connect_to: must be written as host:port."),
        ("github.private_key_file", '"/nowhere.pem"', "github.private_key_file: there is no such file."),
        ("github.private_key_file", '"/"', "github.private_key_file: this is a folder, not a file."),
        ("verify.timeout", '"long"', "verify.timeout: must be a number."),
    ],
)
def test_the_words_for_a_wrong_value(key: str, value: str, sentence: str, tmp_path: Path) -> None:
    section, name = key.split(".")
    file = tmp_path / "mibot.toml"
    file.write_text(f"[{section}]\n{name} = {value}\n")
    assert sentence in problems(file)


def test_a_list_in_a_variable_that_is_no_json(given: Set) -> None:
    given(POLICY__OPERATORS="[acme/cloud")
    assert problems() == ["policy.operators: must be a list: words separated by commas, or JSON."]


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        f"{tmp_path}: this is a folder; give the path of a file by --config or MIBOT_CONFIG."
    ]
    file = tmp_path / "latin.toml"
    file.write_bytes(b"a = '\xff'")
    assert problems(file) == [f"{file}: this is not valid TOML: it is no text in UTF-8."]


def test_without_any_file_it_says_where_it_looked() -> None:
    with pytest.raises(SettingsError) as caught:
        load(None)
    assert caught.value.summary == "the settings are not valid (no mibot.toml here, no --config, no MIBOT_CONFIG)"
