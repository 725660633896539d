"""The sections about everything beside GitHub that mibot asks: Google Cloud, Opsgenie, the instances' front ends."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.settings import problems
from bot.settings.secrets import read_secret
from bot.settings.section import Section, http_url


class GcpSettings(Section):
    """`[gcp]`: Google Cloud. Requests to an endpoint that is set to `http://…` have no credentials."""

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
            raise ValueError(problems.PROJECT_TEMPLATE)
        return value

    @field_validator("compute_endpoint", "sqladmin_endpoint", "monitoring_endpoint", "alerts_endpoint")
    @classmethod
    def _endpoint(cls, value: str | None) -> str | None:
        return http_url(value) if value else None


class OpsgenieSettings(Section):
    """`[opsgenie]`: open alerts are read from there when a key is set."""

    api_url: str = "https://api.opsgenie.com"
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    _url = field_validator("api_url")(http_url)

    @model_validator(mode="after")
    def _validate_key(self) -> OpsgenieSettings:
        if self.api_key and self.api_key_file:
            raise ValueError(problems.TWO_OPSGENIE_KEYS)
        if self.api_key_file:
            self.read_api_key()
        return self

    def read_api_key(self) -> str:
        """The key; empty if there is none."""
        return read_secret(self.api_key, self.api_key_file)


class FrontEndSettings(Section):
    """`[front_end]`: how instances are reached over HTTPS. `connect_to` (`host:port`) replaces what DNS says,
    for a gateway or a local test. Names and certificates are still verified, also by `ca_file` if it is set."""

    connect_to: str | None = Field(default=None, pattern=r"^([^\s:/]+:\d{1,5})?$")
    ca_file: Path | None = None

    @field_validator("ca_file")
    @classmethod
    def _validate_ca_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.expanduser().is_file():
            raise ValueError(problems.NO_SUCH_FILE)
        return value
