"""Values of settings that may hold a secret are not shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.plans.secrets import is_secret, mask_secrets


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("      - 'PGPASSWORD=hunter2'", "      - 'PGPASSWORD=…"),
        ("-      SRC_TOKEN: hunter2 # old", "-      SRC_TOKEN: …"),
        ('+  "api_key": "hunter2"', '+  "api_key": …'),
        ("      - GITHUB_CLIENT_SECRET = hunter2", "      - GITHUB_CLIENT_SECRET = …"),
        ("      - 'SENTRY_DSN=https://hunter2@x'", "      - 'SENTRY_DSN=…"),
        ("    cpus: 8 # big monorepo", "    cpus: 8 # big monorepo"),
        ("  # the token is in the vault", "  # the token is in the vault"),
        ("    password:", "    password:"),
        ("", ""),
    ],
)
def test_a_value_is_hidden_and_the_rest_stays(line: str, shown: str) -> None:
    assert mask_secrets(line) == shown


@pytest.mark.parametrize("name", ["environment.PGPASSWORD", "labels.api-key", "environment.SRC_ACCESS_TOKEN"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["environment.PGHOST", "cpus", "healthcheck.test", "volumes./data"])
def test_names_of_others(name: str) -> None:
    assert not is_secret(name)


@given(st.text(), st.sampled_from(["PASSWORD", "my_secret", "TOKEN"]))
def test_nothing_of_the_value_is_left(before: str, name: str) -> None:
    assert "hunter2" not in mask_secrets(f"{before} {name}=hunter2")
