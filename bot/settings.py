"""The settings: complete and right, or the program does not start. `mibot.toml`, and `MIBOT_SECTION__KEY`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DEFAULT_FILE = "mibot.toml"
CONFIG_VARIABLE = "MIBOT_CONFIG"
PREFIX = "MIBOT_"
DELIMITER = "__"
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII)
S = TypeVar("S", bound="_BaseSettings")
_MIN_SECRET_LENGTH = 8


class SettingsError(Exception):
    """The settings are not complete or not right: one line for each problem, each naming its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _split_list(value: Any) -> Any:
    """A variable holds a list as JSON, or simply with commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [item.strip() for item in value.split(",") if item.strip()]


def _http_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("must be a URL that starts with https:// or http://")
    return value.rstrip("/")


class GitHubSettings(_Section):
    """`[github]`: the App."""

    api_url: str = "https://api.github.com"
    app_id: int = Field(gt=0)
    private_key: SecretStr | None = None
    private_key_file: Path | None = Field(default=None, validate_default=True)
    webhook_secret: SecretStr | None = None
    webhook_secret_file: Path | None = Field(default=None, validate_default=True)
    write_interval: float = Field(default=1.0, ge=0, le=60)
    tracker_interval: float = Field(default=10.0, ge=0, le=600)

    _url = field_validator("api_url")(_http_url)

    @field_validator("private_key", "webhook_secret")
    @classmethod
    def _validate_value(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value:
            _validate_secret(str(info.field_name), value.get_secret_value())
        return value

    @field_validator("private_key_file", "webhook_secret_file")
    @classmethod
    def _validate_file(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        """Whether there is just one of the two is judged here, where the other one is known."""
        name = str(info.field_name).removesuffix("_file")
        if name not in info.data:
            return file  # the other one is wrong, and is told
        if bool(info.data[name]) == bool(file):
            ways = f"give either it ({_variable('github', name)}_FILE) or github.{name} ({_variable('github', name)})"
            raise ValueError(f"{ways}; {'both are' if file else 'neither is'} given")
        if file:
            _validate_secret(name, _read_secret(None, file))
        return file

    def read_private_key(self) -> str:
        return _unescape_newlines(_read_secret(self.private_key, self.private_key_file))

    def read_webhook_secret(self) -> str:
        return _read_secret(self.webhook_secret, self.webhook_secret_file)


def _read_secret(value: SecretStr | None, file: Path | None) -> str:
    """The secret. Raises ValueError for a file that can't be read.

    The message does not repeat the path: somebody may have put the secret itself there.
    """
    if file is None:
        return value.get_secret_value() if value else ""
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"the file can't be read ({type(error).__name__})") from None


def _unescape_newlines(text: str) -> str:
    """Where a variable can't hold line ends, `\\n` stands for them."""
    return text.replace("\\n", "\n")


def _validate_secret(name: str, secret: str) -> None:
    if name == "webhook_secret":
        if len(secret) < _MIN_SECRET_LENGTH:
            raise ValueError(f"must be at least {_MIN_SECRET_LENGTH} characters; use a long random secret")
        return
    try:
        load_pem_private_key(_unescape_newlines(secret).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be a private key in PEM; use the .pem file that GitHub gave for the App") from None


class RepositorySettings(_Section):
    """`[repositories]`, each as `owner/name`."""

    releases: str
    deployment: str
    upstream: str

    @field_validator("*")
    @classmethod
    def _full_name(cls, value: str) -> str:
        if not _REPOSITORY.fullmatch(value):
            raise ValueError("must be written as owner/name")
        return value


class PolicySettings(_Section):
    """`[policy]`: the rules."""

    label: str = Field(default="team/cloud", min_length=1, max_length=50)
    operators: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)
    max_in_flight: int = Field(default=5, ge=1, le=1000)

    _split = field_validator("operators", mode="before")(_split_list)

    @field_validator("operators")
    @classmethod
    def _teams(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not _REPOSITORY.fullmatch(team) for team in value):
            raise ValueError("must be a list of teams written as org/team")
        return value


class GcpSettings(_Section):
    """`[gcp]`: Google Cloud. An endpoint set to `http://…` is talked to without credentials."""

    project_template: str = "sourcegraph-managed-{slug}"
    zone: str = "us-central1-f"
    monitoring_project: str = "sourcegraph-managed-monitoring"
    compute_endpoint: str | None = None
    sqladmin_endpoint: str | None = None
    monitoring_endpoint: str | None = None
    alerts_endpoint: str | None = None

    @field_validator("project_template")
    @classmethod
    def _template(cls, value: str) -> str:
        if value.count("{slug}") != 1 or re.sub(r"\{slug\}|[a-z0-9-]", "", value):
            raise ValueError("must be a project id with {slug} in it once")
        return value

    @field_validator("compute_endpoint", "sqladmin_endpoint", "monitoring_endpoint", "alerts_endpoint")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        return _http_url(value) if value else None


class DeploySettings(_Section):
    """`[deploy]`: how a merged upgrade comes onto its VM. Times are in seconds.

    `mode` is `workflow_dispatch` (mibot starts `workflow`), `on_push` (the merge itself starts it) or `manual`
    (people deploy, and say `/deployed`). `start_timeout` bounds the wait for a run to appear, `timeout` that for its
    end, `backup_timeout` that for the backups before it. mibot's own backups beyond the newest `keep_backups` are
    listed. `poll` is the pause between two looks at what is under way.
    """

    mode: Literal["workflow_dispatch", "on_push", "manual"] = "workflow_dispatch"
    workflow: str = Field(default="mi_upgrade.yml", pattern=r"^[A-Za-z0-9._-]+\.ya?ml$")
    backup: bool = True
    backup_timeout: float = Field(default=1800.0, gt=0, le=86_400)
    keep_backups: int = Field(default=3, ge=1, le=100)
    start_timeout: float = Field(default=300.0, gt=0, le=3600)
    timeout: float = Field(default=3600.0, gt=0, le=86_400)
    poll: float = Field(default=15.0, gt=0, le=300)


class VerifySettings(_Section):
    """`[verify]`: how long a deployed instance may take to become healthy, and how long green must hold (seconds)."""

    timeout: float = Field(default=1800.0, gt=0, le=86_400)
    stable_for: float = Field(default=300.0, ge=0, le=7200)
    interval: float = Field(default=30.0, gt=0, le=600)

    @model_validator(mode="after")
    def _validate_durations(self) -> VerifySettings:
        if self.stable_for >= self.timeout:
            raise ValueError("verify.stable_for must be shorter than verify.timeout, or nothing can ever be green")
        return self


class OnCallSettings(_Section):
    """`[on_call]`: who is mentioned when an upgrade fails: logins and teams (`org/team`)."""

    mention: Annotated[tuple[str, ...], NoDecode] = ()

    _split = field_validator("mention", mode="before")(_split_list)

    @field_validator("mention")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[A-Za-z0-9-]+(/[A-Za-z0-9._-]+)?", name, re.ASCII) for name in value):
            raise ValueError("must be a list of logins and teams, written as login or org/team")
        return value


class OpsgenieSettings(_Section):
    """`[opsgenie]`: open alerts are read from there when a key is set."""

    api_url: str = "https://api.opsgenie.com"
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    _url = field_validator("api_url")(_http_url)

    @model_validator(mode="after")
    def _validate_key(self) -> OpsgenieSettings:
        if self.api_key and self.api_key_file:
            raise ValueError("give opsgenie.api_key or opsgenie.api_key_file, not both")
        if self.api_key_file:
            self.read_api_key()
        return self

    def read_api_key(self) -> str:
        """The key, or nothing when there is none."""
        return _read_secret(self.api_key, self.api_key_file)


class FrontEndSettings(_Section):
    """`[front_end]`: how instances are reached over HTTPS. `connect_to` (`host:port`) replaces what DNS says, as a
    gateway or a local test needs; names and certificates are verified all the same, by `ca_file` too where set."""

    connect_to: str | None = Field(default=None, pattern=r"^([^\s:/]+:\d{1,5})?$")
    ca_file: Path | None = None

    @field_validator("ca_file")
    @classmethod
    def _validate_ca_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.expanduser().is_file():
            raise ValueError("there is no such file")
        return value


class StoreSettings(_Section):
    """`[store]`: one URL for the engine and our tables."""

    url: str = Field(default="sqlite:///mibot.sqlite", repr=False)  # it may hold a password

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not re.match(r"(sqlite:///.|postgres(ql)?(\+psycopg)?://.)", value):
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
        return value


class ReconcileSettings(_Section):
    """`[reconcile]`: the sweep that makes up for lost webhooks; `interval` in seconds."""

    interval: float = Field(default=60.0, ge=1, le=3600)


class _Environment(EnvSettingsSource):
    """The variables that name a section and a key; a whole section at once is not taken (see `_misnamed`)."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name: value for name, value in self.env_vars.items() if DELIMITER in name}


class _BaseSettings(BaseSettings):
    """What is read from `_file` and the environment, which wins."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, frozen=True, extra="forbid", hide_input_in_errors=True
    )
    _file: ClassVar[Path | None] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's interface
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (init_settings, _Environment(settings_cls), TomlConfigSettingsSource(settings_cls, cls._file))


class Settings(_BaseSettings):
    """All settings, frozen."""

    github: GitHubSettings
    repositories: RepositorySettings
    policy: PolicySettings
    gcp: Annotated[GcpSettings, Field(default_factory=GcpSettings)]
    store: Annotated[StoreSettings, Field(default_factory=StoreSettings)]
    reconcile: Annotated[ReconcileSettings, Field(default_factory=ReconcileSettings)]
    deploy: Annotated[DeploySettings, Field(default_factory=DeploySettings)]
    verify: Annotated[VerifySettings, Field(default_factory=VerifySettings)]
    on_call: Annotated[OnCallSettings, Field(default_factory=OnCallSettings)]
    opsgenie: Annotated[OpsgenieSettings, Field(default_factory=OpsgenieSettings)]
    front_end: Annotated[FrontEndSettings, Field(default_factory=FrontEndSettings)]

    @model_validator(mode="before")
    @classmethod
    def _sections(cls, data: Any) -> Any:
        """A section that is not there is one without keys, so that each key it lacks is told."""
        return {name: {} for name, field in cls.model_fields.items() if field.is_required()} | data


class CloudOnly(_BaseSettings):
    """What is beside GitHub, whatever else there is."""

    model_config = SettingsConfigDict(extra="ignore")

    gcp: Annotated[GcpSettings, Field(default_factory=GcpSettings)]
    opsgenie: Annotated[OpsgenieSettings, Field(default_factory=OpsgenieSettings)]
    front_end: Annotated[FrontEndSettings, Field(default_factory=FrontEndSettings)]


def load(file: Path | None) -> Settings:
    """The settings from `file` (else `MIBOT_CONFIG`, else `mibot.toml` if there is one) and the environment.

    Raises SettingsProblem with every problem there is, each in one line that names the key and no secret.
    """
    return _load(Settings, file, _find_misnamed_variables(os.environ))


def load_cloud(file: Path | None) -> CloudOnly:
    """What is beside GitHub, from where `load` looks: what a command on a local clone needs, be the rest missing or
    wrong."""
    return _load(CloudOnly, file, [])


def _load(kind: type[S], file: Path | None, problems: list[str]) -> S:
    """The settings of that kind, unless there are `problems` already or more are found."""
    chosen = file or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if chosen is not None and not chosen.is_file():
        raise SettingsError([f"{chosen}: there is no such file; give the path by --config or {CONFIG_VARIABLE}."])
    kind._file = chosen or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None)
    try:
        settings = kind()
    except ValidationError as error:
        raise SettingsError([*map(_format_problem, error.errors()), *problems]) from None
    except ValueError as error:  # the file is no TOML
        raise SettingsError([f"{kind._file}: this is not valid TOML: {error}."]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _find_misnamed_variables(environment: Mapping[str, str]) -> list[str]:
    """The problems with variables that begin as ours do and name no section, or a whole one."""
    problems = []
    for variable in sorted(name for name in environment if name.upper().startswith(PREFIX)):
        section, delimiter, _ = variable[len(PREFIX) :].lower().partition(DELIMITER)
        known = section in Settings.model_fields
        if delimiter and not known:
            problems.append(f"{section}: there is no such section of settings; remove {variable}.")
        elif known and not delimiter:
            problems.append(f"{section}: set its keys one by one, as {_variable(section, 'key')}; remove {variable}.")
    return problems


def _variable(*keys: str) -> str:
    """The environment variable of a key."""
    return PREFIX + DELIMITER.join(keys).upper()


def _format_problem(problem: Any) -> str:
    keys = [str(part) for part in problem["loc"]]
    name = ".".join(keys)
    match problem["type"]:
        case "missing":
            return f"{name}: is missing; set it in the file or as {_variable(*keys)}."
        case "extra_forbidden":
            return f"{name}: there is no such setting; remove it."
        case _:
            return f"{name}: {problem['msg'].removeprefix('Value error, ')}."
