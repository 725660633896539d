"""Compose files that look like upstream's: comments, quoted images with digests, lists for environments."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

HEAD = "version: '2.4'\nservices:\n"
FRONTEND = "SRC_FRONTEND_INTERNAL=sourcegraph-frontend-internal:3090"
TRACING = "JAEGER_AGENT_HOST=jaeger"
BACKENDS = (
    "SRC_GIT_SERVERS=gitserver-0:3178",
    "SEARCHER_URL=http://searcher-0:3181",
    "SYMBOLS_URL=http://symbols-0:3184",
)


@dataclass(frozen=True)
class Service:
    """One service of a Compose file; `probe` is the shell command of its health check."""

    name: str
    image: str
    about: str
    ports: str
    cpus: str = "4"
    memory: str = "4g"
    disk: str = "128GB / non-persistent SSD"
    environment: tuple[str, ...] = (FRONTEND, TRACING)
    volume: str = ""
    probe: str = ""


SERVICES = (
    Service(
        "sourcegraph-frontend-0",
        "frontend",
        "Serves the frontend of Sourcegraph via HTTP(S).",
        "6060/TCP, 3080 (HTTP), and/or 3443 (HTTPS)",
        memory="8g",
        environment=(
            "DEPLOY_TYPE=docker-compose",
            "PGHOST=pgsql",
            "CODEINTEL_PGHOST=codeintel-db",
            *BACKENDS,
            FRONTEND,
        ),
        volume="/mnt/cache",
        probe="wget -q 'http://127.0.0.1:3080/healthz' -O /dev/null || exit 1",
    ),
    Service(
        "gitserver-0",
        "gitserver",
        "Stores clones of repositories to perform Git operations.",
        "3178/TCP 6060/TCP",
        memory="8g",
        disk="200GB / persistent SSD",
        volume="/data/repos",
    ),
    Service(
        "searcher-0",
        "searcher",
        "Backend for text search operations.",
        "3181/TCP 6060/TCP",
        cpus="2",
        memory="2g",
        volume="/mnt/cache",
        probe="wget -q 'http://127.0.0.1:3181/healthz' -O /dev/null || exit 1",
    ),
    Service(
        "symbols-0",
        "symbols",
        "Backend for symbols operations.",
        "3184/TCP 6060/TCP",
        cpus="2",
        volume="/mnt/cache",
        probe="wget -q 'http://127.0.0.1:3184/healthz' -O /dev/null || exit 1",
    ),
    Service(
        "worker",
        "worker",
        "Manages background processes.",
        "3189/TCP 6060/TCP",
        environment=(FRONTEND, TRACING, *BACKENDS),
        volume="/mnt/cache",
    ),
    Service(
        "repo-updater",
        "repo-updater",
        "Handles repository metadata (not Git data) lookups and updates from external code hosts.",
        "3182/TCP 6060/TCP",
        environment=(FRONTEND, TRACING, "GITHUB_BASE_URL=http://github-proxy:3180"),
        volume="/mnt/cache",
    ),
    Service(
        "pgsql",
        "postgres-12-alpine",
        "PostgreSQL database for various data.",
        "5432/TCP 9187/TCP",
        disk="128GB / persistent SSD",
        environment=(),
        volume="/data/",
        probe="/liveness.sh",
    ),
    Service(
        "codeintel-db",
        "codeintel-db",
        "PostgreSQL database for code intelligence data.",
        "5432/TCP 9187/TCP",
        disk="128GB / persistent SSD",
        environment=(),
        volume="/data/",
        probe="/liveness.sh",
    ),
    Service(
        "prometheus",
        "prometheus",
        "Prometheus collects metrics and aggregates them into graphs.",
        "9090/TCP",
        memory="8g",
        disk="20GB / persistent SSD",
        environment=(FRONTEND, "PROMETHEUS_ADDITIONAL_FLAGS="),
        volume="/prometheus",
    ),
    Service(
        "redis-cache",
        "redis-cache",
        "Redis for storing short-lived caches.",
        "6379/TCP 9121/TCP",
        cpus="1",
        memory="7g",
        environment=(),
        volume="/redis-data",
    ),
    Service(
        "redis-store",
        "redis-store",
        "Redis for storing semi-persistent data like user sessions.",
        "6379/TCP 9121/TCP",
        cpus="1",
        memory="7g",
        environment=(),
        volume="/redis-data",
    ),
)


def image(name: str, version: str) -> str:
    """The reference of one image; its digest depends only on the two arguments."""
    digest = hashlib.sha256(f"{name}:{version}".encode()).hexdigest()
    return f"index.docker.io/sourcegraph/{name}:{version}@sha256:{digest}"


def compose_file(version: str, overrides: dict[str, tuple[str, ...]] | None = None) -> str:
    """Upstream's file of one version. With `overrides` (environment by service) it is a golden file."""
    more = overrides or {}
    services = "\n".join(_service(service, version, more.get(service.name, ())) for service in SERVICES)
    volumes = "".join(f"  {service.name}:\n" for service in SERVICES if service.volume)
    return f"{HEAD}{services}\nvolumes:\n{volumes}networks:\n  sourcegraph:\n"


def _service(service: Service, version: str, more: tuple[str, ...]) -> str:
    lines = [
        f"  # Description: {service.about}",
        "  #",
        f"  # Disk: {service.disk}",
        f"  # Ports exposed to other Sourcegraph services: {service.ports}",
        "  # Ports exposed to the public internet: none",
        "  #",
        f"  {service.name}:",
        f"    container_name: {service.name}",
        f"    image: '{image(service.image, version)}'",
        f"    cpus: {service.cpus}",
        f"    mem_limit: '{service.memory}'",
    ]
    if service.environment or more:
        lines += ["    environment:", *(f"      - '{pair}'" for pair in (*service.environment, *more))]
    if service.probe:
        lines += ["    healthcheck:", f'      test: "{service.probe}"', "      interval: 5s", "      timeout: 10s"]
        lines += ["      retries: 3", "      start_period: 300s"]
    if service.volume:
        lines += ["    volumes:", f"      - '{service.name}:{service.volume}'"]
    lines += ["    networks:", "      - sourcegraph", "    restart: always"]
    return "\n".join(lines) + "\n"
