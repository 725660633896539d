"""Where settings come from: the environment and a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.settings.names import DELIMITER, PREFIX


class _Environment(EnvSettingsSource):
    """The variables that name a section and a key. A variable for a whole section is ignored here, and reported as
    misnamed."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name: value for name, value in self.env_vars.items() if DELIMITER in name}


class SourcedSettings(BaseSettings):
    """Settings that are read from `_file` and from the environment, which wins."""

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
