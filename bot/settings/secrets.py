"""Secrets: a value, or a file that holds it. No message repeats either."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from bot.settings import problems

_MIN_SECRET_LENGTH = 8


def read_secret(value: SecretStr | None, file: Path | None) -> str:
    """The secret; empty if there is neither a value nor a file. Raises ValueError for a file that can't be read."""
    if file is None:
        return value.get_secret_value() if value else ""
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(problems.unreadable_secret(error)) from None


def unescape_newlines(text: str) -> str:
    """The text with `\\n` as line ends, because a variable can't always hold line ends."""
    return text.replace("\\n", "\n")


def validate_secret(name: str, secret: str) -> None:
    """Raises ValueError for a webhook secret that is too short and for a private key that is none."""
    if name == "webhook_secret":
        if len(secret) < _MIN_SECRET_LENGTH:
            raise ValueError(problems.secret_too_short(_MIN_SECRET_LENGTH))
        return
    try:
        load_pem_private_key(unescape_newlines(secret).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(problems.PRIVATE_KEY) from None
