"""The sections about GitHub: the App, the repositories, who may command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from bot.domain.tracker.release_issues import DEFAULT_RULES
from bot.settings import problems
from bot.settings.secrets import read_secret, unescape_newlines, validate_secret
from bot.settings.section import REPOSITORY_PATTERN, Section, http_url, split_list


class GitHubSettings(Section):
    """`[github]`: the App."""

    api_url: str = "https://api.github.com"
    app_id: int = Field(gt=0)
    private_key: SecretStr | None = None
    private_key_file: Path | None = Field(default=None, validate_default=True)
    webhook_secret: SecretStr | None = None
    webhook_secret_file: Path | None = Field(default=None, validate_default=True)
    write_interval: float = Field(default=1.0, ge=0, le=60)
    tracker_interval: float = Field(default=10.0, ge=0, le=600)
    replication_lag: float = Field(default=30.0, ge=0, le=600)

    _url = field_validator("api_url")(http_url)

    @field_validator("private_key", "webhook_secret")
    @classmethod
    def _validate_value(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value:
            validate_secret(str(info.field_name), value.get_secret_value())
        return value

    @field_validator("private_key_file", "webhook_secret_file")
    @classmethod
    def _validate_file(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        """Checks here that exactly one of the two is given, because the value is known by now."""
        name = str(info.field_name).removesuffix("_file")
        if name not in info.data:
            return file  # the value is wrong, and that is reported
        if bool(info.data[name]) == bool(file):
            raise ValueError(problems.not_exactly_one(name, both=bool(file)))
        if file:
            validate_secret(name, read_secret(None, file))
        return file

    def read_private_key(self) -> str:
        return unescape_newlines(read_secret(self.private_key, self.private_key_file))

    def read_webhook_secret(self) -> str:
        return read_secret(self.webhook_secret, self.webhook_secret_file)


class RepositorySettings(Section):
    """`[repositories]`, each as `owner/name`."""

    releases: str
    deployment: str
    upstream: str

    @field_validator("*")
    @classmethod
    def _full_name(cls, value: str) -> str:
        if not REPOSITORY_PATTERN.fullmatch(value):
            raise ValueError(problems.REPOSITORY)
        return value


class PolicySettings(Section):
    """`[policy]`: the rules."""

    label: str = Field(default="team/cloud", min_length=1, max_length=50)
    operators: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)
    max_in_flight: int = Field(default=5, ge=1, le=1000)
    four_eyes: bool = True
    release_title: str | None = None
    release_labels: Annotated[tuple[str, ...], NoDecode] = DEFAULT_RULES.release_labels
    request_labels: Annotated[tuple[str, ...], NoDecode] = DEFAULT_RULES.request_labels

    _split = field_validator("operators", "release_labels", "request_labels", mode="before")(split_list)

    @field_validator("release_title")
    @classmethod
    def _expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error:
            raise ValueError(problems.REGULAR_EXPRESSION) from None
        return value

    @field_validator("operators")
    @classmethod
    def _teams(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not REPOSITORY_PATTERN.fullmatch(team) for team in value):
            raise ValueError(problems.TEAMS)
        return value


class OnCallSettings(Section):
    """`[on_call]`: who is mentioned when an upgrade fails: logins and teams (`org/team`)."""

    mention: Annotated[tuple[str, ...], NoDecode] = ()

    _split = field_validator("mention", mode="before")(split_list)

    @field_validator("mention")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9._-]+)?", name, re.ASCII) for name in value):
            raise ValueError(problems.LOGINS_AND_TEAMS)
        return value
