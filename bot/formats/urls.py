"""URLs as they are compared."""

from __future__ import annotations

import re


def normalize_url(url: str) -> str:
    """A URL as it is compared: without scheme, trailing slash or punctuation, in lower case."""
    return re.sub(r"^https?://", "", url.lower()).rstrip("/.,;:!")
