"""The settings: complete and right, or the program does not start. `mibot.toml`, and `MIBOT_SECTION__KEY`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

DEFAULT_FILE = "mibot.toml"
CONFIG_VARIABLE = "MIBOT_CONFIG"
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII)


class SettingsProblem(Exception):  # noqa: N818 - named for what it says
    """The settings are not complete or not right: one line for each problem, each naming its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _http_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError("must be a URL that starts with https:// or http://")
    return value.rstrip("/")


class GitHub(_Section):
    """`[github]`: the App."""

    api_url: str = "https://api.github.com"
    app_id: int = Field(gt=0)
    private_key: SecretStr | None = None
    private_key_file: Path | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_file: Path | None = None
    write_interval: float = Field(default=1.0, ge=0, le=60)

    _url = field_validator("api_url")(_http_url)

    @model_validator(mode="after")
    def _secrets_are_given(self) -> Self:
        for name in ("private_key", "webhook_secret"):
            if bool(getattr(self, name)) == bool(getattr(self, f"{name}_file")):
                raise ValueError(f"give either {name} or {name}_file")
        if not self.read_private_key().lstrip().startswith("-----BEGIN"):
            raise ValueError("private_key is no PEM key; use the .pem file that GitHub gave you for the App")
        if len(self.read_webhook_secret()) < 8:
            raise ValueError("webhook_secret is shorter than 8 characters; use a long random one")
        return self

    def read_private_key(self) -> str:
        return _secret("private_key", self.private_key, self.private_key_file)

    def read_webhook_secret(self) -> str:
        return _secret("webhook_secret", self.webhook_secret, self.webhook_secret_file)


def _secret(name: str, value: SecretStr | None, file: Path | None) -> str:
    if file is None:
        return value.get_secret_value() if value else ""
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_file {file} can't be read ({type(error).__name__})") from None


class Repositories(_Section):
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
    operators: tuple[str, ...] = Field(min_length=1)
    max_in_flight: int = Field(default=5, ge=1, le=1000)

    @field_validator("operators")
    @classmethod
    def _teams(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not _REPOSITORY.fullmatch(team) for team in value):
            raise ValueError("must be a list of teams written as org/team")
        return value


class Gcp(_Section):
    """`[gcp]`: Google Cloud. An endpoint set to `http://…` is talked to without credentials."""

    project_template: str = "sourcegraph-managed-{slug}"
    zone: str = "us-central1-f"
    compute_endpoint: str | None = None

    @field_validator("project_template")
    @classmethod
    def _template(cls, value: str) -> str:
        if value.count("{slug}") != 1 or re.sub(r"\{slug\}|[a-z0-9-]", "", value):
            raise ValueError("must be a project id with {slug} in it once")
        return value

    @field_validator("compute_endpoint")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        return _http_url(value) if value else None


class Store(_Section):
    """`[store]`: one URL for the engine and our tables."""

    url: str = "sqlite:///mibot.sqlite"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not re.match(r"(sqlite:///.|postgres(ql)?(\+psycopg)?://.)", value):
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
        return value


class Reconcile(_Section):
    """`[reconcile]`: the sweep that makes up for lost webhooks; `interval` in seconds."""

    interval: float = Field(default=60.0, ge=1, le=3600)


class Settings(BaseSettings):
    """All settings, frozen."""

    model_config = SettingsConfigDict(env_prefix="MIBOT_", env_nested_delimiter="__", frozen=True, extra="forbid")
    _file: ClassVar[Path | None] = None

    github: GitHub
    repositories: Repositories
    policy: PolicySettings
    gcp: Annotated[Gcp, Field(default_factory=Gcp)]
    store: Annotated[Store, Field(default_factory=Store)]
    reconcile: Annotated[Reconcile, Field(default_factory=Reconcile)]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's interface
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls._file))


def load(file: Path | None) -> Settings:
    """The settings from `file` (else `MIBOT_CONFIG`, else `mibot.toml` if there is one) and the environment.

    Raises SettingsProblem with every problem there is, each in one line that names the key and no secret.
    """
    chosen = file or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if chosen is not None and not chosen.is_file():
        raise SettingsProblem([f"{chosen}: there is no such file; give the path by --config or {CONFIG_VARIABLE}."])
    Settings._file = chosen or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None)
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsProblem([_line(problem) for problem in error.errors()]) from None
    except ValueError as error:  # the file is no TOML
        raise SettingsProblem([f"{Settings._file}: this is not valid TOML: {error}."]) from None


def _line(problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "settings"
    variable = "MIBOT_" + "__".join(str(part) for part in problem["loc"]).upper()
    match problem["type"]:
        case "missing":
            return f"{key}: is missing; set it in the file or as {variable}."
        case "extra_forbidden":
            return f"{key}: there is no such setting; remove it."
        case _:
            return f"{key}: {problem['msg'].removeprefix('Value error, ')}."
