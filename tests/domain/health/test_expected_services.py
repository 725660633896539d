"""Which services of the product must run."""

from __future__ import annotations

from bot.domain.health.expected_services import expected_services

GOLDEN = """\
services:
  gitserver-0: {image: "index.docker.io/sourcegraph/gitserver:3.40.1@sha256:00", restart: always}
  web: {image: "sourcegraph/frontend:3.40.1", restart: unless-stopped, container_name: frontend}
  migrator: {image: "sourcegraph/migrator:3.40.1", restart: on-failure}
  redis: {image: "redis:6", restart: always}
  jaeger: {image: "sourcegraph/jaeger:3.40.1", restart: always, profiles: [tracing]}
  pgsql: {image: "sourcegraph/postgres:3.40.1", restart: always}
"""


def test_those_that_are_always_restarted() -> None:
    assert expected_services(GOLDEN, []) == {"gitserver-0", "frontend", "pgsql"}


def test_an_instance_may_turn_some_off() -> None:
    override = "services: {pgsql: {scale: 0}, gitserver-0: {cpus: 8}}"
    assert expected_services(GOLDEN, [override, "x-nothing: 1", ""]) == {"gitserver-0", "frontend"}
