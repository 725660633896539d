"""What all sections share: they are frozen and refuse unknown keys. Also the forms of values that several take."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.settings import problems

REPOSITORY_PATTERN = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", re.ASCII)
"""A repository as `owner/name`, and a team as `org/team`."""


class Section(BaseModel):
    """A section of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def split_list(value: Any) -> Any:
    """The list in a variable, which holds it as JSON or separated by commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(problems.LIST) from None
    return [item.strip() for item in value.split(",") if item.strip()]


def http_url(value: str) -> str:
    """The URL without a slash at its end. Raises ValueError for what is no URL."""
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ValueError(problems.HTTP_URL)
    return value.rstrip("/")
