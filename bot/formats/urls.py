"""Normalization of URLs."""

from __future__ import annotations

import re


def normalize_url(url: str) -> str:
    """A URL for comparison: in lower case, without the scheme and without slashes and punctuation at the end."""
    return re.sub(r"^https?://", "", url.lower()).rstrip("/.,;:!")
