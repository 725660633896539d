"""Which version the title of an issue is about."""

from __future__ import annotations

import pytest

from bot.domain.version_titles import version_in_title
from tests.samples import version


@pytest.mark.parametrize(
    "title",
    [
        "3.40.1 upgrade managed instances",
        "Release 3.40.1",
        "The current release is 3.40.1",
        "v3.40.1",
        "Upgrade from 3.39.1 to 3.40.1",
        "upgrade FROM v3.39.1 TO v3.40.1",
        "Upgrade managed instances from version 3.39.1 to version 3.40.1",
        "Upgrade (3.39.1 → 3.40.1)",
        "3.39.1 -> 3.40.1",
        "3.39.1 => `3.40.1`",
        "3.39.1 to 3.40.1",
        "3.38.0 → 3.39.1 → 3.40.1",
        "from 3.38.0 via 3.39.1 to 3.40.1",
        "3.40.1 ← 3.39.1",
        "Upgrade to 3.40.1 (was 3.39.1)",
        "Upgrade to 3.40.1, currently 3.39.1",
        "Upgrade to 3.40.1 (currently on 3.39.1)",
        "Upgrade to 3.40.1 from 3.39.1",
        "3.40.1 instead of 3.40.0",
        "3.40.1 (replaces 3.40.0)",
        "3.40.1: from 3.39.1 to 3.40.1",
        "3.39.1 is old: from 3.39.1 to 3.40.1",
        "3.40.1 (previous version: 3.39.1)",
    ],
)
def test_the_version_that_is_meant(title: str) -> None:
    assert version_in_title(title) == version("3.40.1")


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Upgrade to 3.40",
        "3.40.1 and 3.41.0",
        "3.40.1 or 3.41.0?",
        "3.40.1, 3.41.0",
        "Upgrade from 3.39.1 to 3.40.1 or 3.41.0",
        "3.41.0-rc.1 and 3.41.0",
        "Upgrade from 3.39.1",
        "Postgres 12.6.0 for 3.40.1",
        "Upgrade 3.39.1..3.40.1",
        "Upgrade 3.39.1...3.40.1",
    ],
)
def test_a_version_is_not_guessed(title: str) -> None:
    assert version_in_title(title) is None
