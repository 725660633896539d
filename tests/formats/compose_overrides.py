"""Overrides of every kind, for the services that every upstream file has."""

from __future__ import annotations

AS_LISTS = {
    "override-1.yaml": """\
services:
  sourcegraph-frontend-0:
    environment:
      - PGHOST=10.1.2.3
      - PGSSLMODE=disable
      - DOLLAR=$$HOME and ${OTHER:-none}
    volumes:
      - 'sourcegraph-frontend-0:/mnt/cache:rw'
      - ./certificates:/certificates:ro
    ports:
      - 127.0.0.1:3080:3080
      - 6060-6061:6060-6061
    extra_hosts:
      - "database:10.1.2.3"
    dns: [8.8.8.8]
    tmpfs: /scratch
    env_file: one.env
    cap_add: [SYS_PTRACE]
    labels:
      - team=cloud
  worker:
    command: ["run", "--all"]
    entrypoint: /sbin/tini --
    depends_on:
      - redis-cache
    mem_limit: '16g'
""",
    "override-2.yaml": """\
# cadvisor and friends
version: '2.4'
services:
  worker:
    logging:
      driver: json-file
      options:
        max-size: "10m"
    ulimits:
      nofile:
        soft: 20000
        hard: 40000
  gitserver-0:
    networks:
      - sourcegraph
      - backup
    healthcheck:
      test: ["CMD", "true"]
      interval: 30s
  searcher-0:
    deploy:
      resources:
        limits:
          cpus: '2'
  cloudsql-proxy:
    image: gcr.io/cloudsql-docker/gce-proxy:1.31.0
    restart: always
    networks:
      - sourcegraph
    volumes:
      - proxy:/config
  builder:
    build: https://example.com/builder.git
volumes:
  proxy:
networks:
  backup:
    driver: bridge
""",
    "override-3.yaml": """\
services:
  sourcegraph-frontend-0:
    environment:
      - PGSSLMODE=require
    env_file:
      - two.env
    dns:
      - 1.1.1.1
    tmpfs: [/more]
    labels:
      - team=product
      - bare
  worker:
    logging:
      options:
        max-file: "3"
    depends_on:
      - redis-store
  cloudsql-proxy:
    depends_on: [redis-store]
  builder:
    build:
      context: https://example.com/other.git
      args:
        - ONE=1
""",
}
AS_MAPPINGS = {
    "override-1.yaml": """\
services:
  sourcegraph-frontend-0:
    environment:
      PGHOST: 10.1.2.3
      NUMBER: 5
      WORD: "yes"
      PASSED:
    volumes:
      - type: bind
        source: /data/cache
        target: /mnt/cache
    ports:
      - target: 3080
        published: 3081
        protocol: tcp
    extra_hosts:
      database: 10.1.2.3
    labels:
      team: cloud
    networks:
      sourcegraph:
        aliases: [frontend]
    restart: "no"
  worker:
    command: run --all
    depends_on:
      redis-cache:
        condition: service_started
    cpus: 8
""",
    "override-2.yaml": """\
services:
  sourcegraph-frontend-0:
    networks:
      sourcegraph:
        aliases: [frontend, web]
    labels:
      team: product
    healthcheck:
      retries: 99
  worker:
    logging: {driver: gcplogs, options: {gcp-project: p}}
    ulimits: {nproc: 65535}
    environment:
      - LISTED=1
  gitserver-0:
    sysctls:
      net.core.somaxconn: 4096
    build:
      context: https://example.com/gitserver.git
      args: {ONE: "1"}
  redis-cache:
    image: example/redis:6
""",
    "override-3.yaml": """\
services:
  worker:
    logging: {driver: json-file}
    ulimits: {nproc: 1024, nofile: {soft: 1, hard: 2}}
  gitserver-0:
    build: {target: slim, args: [TWO=2]}
volumes:
  redis-cache: {driver: local}
""",
}
