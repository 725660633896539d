"""Google's APIs and the front ends for benchmarks: local servers in a process of their own, with delayed answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from typing import Any

from bot.domain.health.model import CloudConfig
from demo.cloud import Cloud, front_end_host
from demo.fleet import make_fleet

PLACES = CloudConfig()
LATENCY = 0.05  # seconds that every request waits in the servers
SERVICES = ("compute", "sql", "monitoring", "front end")


class Servers:
    """The servers' process, seen from outside. `settings` are those with which mibot finds the servers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.settings: dict[str, dict[str, str]] = self._read()

    def requests(self) -> list[int]:
        """How many requests came in so far, in the order of SERVICES."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: list[int] = self._read()
        return found

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


@contextmanager
def start_servers(size: int) -> Iterator[Servers]:
    """The servers of a fleet of `size` healthy instances."""
    command = [sys.executable, "-c", f"from bench.cloud import serve; serve({size})"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Servers(process)
        process.communicate()  # it exits when its input ends
    assert process.returncode == 0


def serve(size: int) -> None:
    """In the servers' process: print the settings, then the number of requests for every line of input."""
    HTTPServer.request_queue_size = 512  # with the library's default of five, connections wait for a second
    fleet = make_fleet(size)
    with Cloud() as cloud:
        cloud.set_up_fleet(fleet, _project)
        for project in map(_project, fleet.by_slug):
            cloud.front_ends.tls_context(front_end_host(project))  # creates the certificate in advance
            cloud.front_ends.fail(front_end_host(project), "hang", seconds=LATENCY)
            for server in (cloud.compute, cloud.sql, cloud.monitoring):
                server.fail(project, "hang", seconds=LATENCY)
        cloud.monitoring.fail(PLACES.monitoring_project, "hang", seconds=LATENCY)
        print(json.dumps(cloud.settings), flush=True)
        for _ in sys.stdin:
            servers = (cloud.compute, cloud.sql, cloud.monitoring, cloud.front_ends)
            print(json.dumps([server.requests() for server in servers]), flush=True)
        assert not cloud.violations, cloud.violations


def _project(slug: str) -> str:
    return PLACES.project_template.format(slug=slug)
