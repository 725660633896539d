"""All settings, and how they are loaded: they are complete and right, or every problem is reported at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from bot.settings import problems
from bot.settings.cloud import FrontEndSettings, GcpSettings, OpsgenieSettings
from bot.settings.github import GitHubSettings, OnCallSettings, PolicySettings, RepositorySettings
from bot.settings.names import CONFIG_VARIABLE, DEFAULT_FILE, DELIMITER, PREFIX
from bot.settings.operation import DeploySettings, ReconcileSettings, StoreSettings, VerifySettings
from bot.settings.problems import SettingsError
from bot.settings.sources import SourcedSettings

S = TypeVar("S", bound=SourcedSettings)


class Settings(SourcedSettings):
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
        """Adds a required section that is absent as an empty one, so that each key that it lacks is reported."""
        return {name: {} for name, field in cls.model_fields.items() if field.is_required()} | data


class CloudOnly(SourcedSettings):
    """The sections about everything beside GitHub; the others may be absent or wrong."""

    model_config = SettingsConfigDict(extra="ignore")

    gcp: Annotated[GcpSettings, Field(default_factory=GcpSettings)]
    opsgenie: Annotated[OpsgenieSettings, Field(default_factory=OpsgenieSettings)]
    front_end: Annotated[FrontEndSettings, Field(default_factory=FrontEndSettings)]


def load(file: Path | None) -> Settings:
    """The settings from `file` (else `MIBOT_CONFIG`, else `mibot.toml` if there is one) and the environment.

    Raises SettingsError with every problem there is, each in one line that names the key and no secret.
    """
    return _load(Settings, file, list(_find_misnamed_variables(os.environ)))


def load_cloud(file: Path | None) -> CloudOnly:
    """What a command on a local clone needs, from where `load` looks. Raises SettingsError."""
    return _load(CloudOnly, file, [])


def _load(kind: type[S], file: Path | None, known_problems: list[str]) -> S:
    """The settings of that kind. Raises SettingsError with the `known_problems` and those found."""
    chosen = file or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if chosen is not None and not chosen.is_file():
        raise SettingsError([problems.no_such_settings_file(chosen)], chosen)
    kind._file = chosen or (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None)
    try:
        settings = kind()
    except ValidationError as error:
        raise SettingsError([*map(problems.format_error, error.errors()), *known_problems], kind._file) from None
    except OSError as error:
        raise SettingsError([problems.unreadable_settings_file(kind._file, error)], kind._file) from None
    except ValueError as error:  # the file is no TOML
        raise SettingsError([problems.invalid_toml(kind._file, error)], kind._file) from None
    if known_problems:
        raise SettingsError(known_problems, kind._file)
    return settings


def _find_misnamed_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """The problems with variables that have our prefix, but name no section, or a whole one."""
    for variable in sorted(name for name in environment if name.upper().startswith(PREFIX)):
        section, delimiter, _ = variable[len(PREFIX) :].lower().partition(DELIMITER)
        known = section in Settings.model_fields
        if delimiter and not known:
            yield problems.unknown_section(section, variable)
        elif known and not delimiter:
            yield problems.whole_section(section, variable)
