"""Settings whose values are not shown, because configuration files may contain secrets. Their names tell."""

from __future__ import annotations

import re

_NAME = r"[\w.-]*(?:passw|secret|token|credential|dsn|_key|-key|apikey|license)[\w.-]*"
_SETTING = re.compile(rf"(?P<name>{_NAME})(?P<between>['\"]?\s*[:=]\s*)(?P<value>\S.*)", re.IGNORECASE)
MASK = "…"


def is_secret(name: str) -> bool:
    """Whether a setting of that name may be a secret."""
    return re.search(_NAME, name, re.IGNORECASE) is not None


def mask_secrets(line: str) -> str:
    """A line of a configuration file without the value of a setting that may be a secret."""
    return _SETTING.sub(rf"\g<name>\g<between>{MASK}", line)
