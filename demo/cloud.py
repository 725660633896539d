"""Everything that the demo and the stories need beside GitHub: Google's APIs and the instances' front ends, all
local."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from demo.actions import WorkflowRun
from demo.fleet import SampleInstance, SampleRepository
from demo.google.compute import ComputeServer
from demo.google.front_end import FrontEndServer
from demo.google.monitoring import MonitoringServer
from demo.google.sqladmin import SqlAdminServer

PROJECT_INFIX = "-managed-"
"""Stands before the slug in every project's name."""


def front_end_host(project: str) -> str:
    """The host of the front page of a project's instance."""
    return f"{project.partition(PROJECT_INFIX)[2]}.sourcegraph.com"


class Cloud:
    """Compute Engine, Cloud SQL, Cloud Monitoring and all front ends, until the context ends. Everything is healthy
    by default."""

    def __init__(self) -> None:
        self.compute = ComputeServer()
        self.sql = SqlAdminServer()
        self.monitoring = MonitoringServer(host=front_end_host)
        self.front_ends = FrontEndServer()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for server in (self.compute, self.sql, self.monitoring, self.front_ends):
            self._stack.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        """The settings with which mibot finds these servers, by section and key."""
        return {
            "gcp": {
                "compute_endpoint": self.compute.url,
                "sqladmin_endpoint": self.sql.url,
                "monitoring_endpoint": self.monitoring.url,
                "alerts_endpoint": self.monitoring.alerts_url,
            },
            "front_end": {"connect_to": self.front_ends.address, "ca_file": str(self.front_ends.ca_file)},
        }

    def set_up_fleet(self, fleet: SampleRepository, project: Callable[[str], str]) -> None:
        """Let every instance of the fleet run the version that its link says; `project` returns the project of a
        slug."""
        for specimen in fleet.by_slug.values():
            host = f"{specimen.slug}.sourcegraph.com"
            self.front_ends.reset(host)
            self.front_ends.set(host, version=specimen.version)
            self.compute.set(project(specimen.slug), vm_statuses(specimen))

    def on_run_completed(self, run: WorkflowRun) -> None:
        """What a successful deployment changes: the front end reports the new version."""
        if run.conclusion == "success" and "customer" in run.inputs:
            self.front_ends.set(f"{run.inputs['customer']}.sourcegraph.com", version=run.inputs["version"])

    @property
    def violations(self) -> list[str]:
        """All requests and answers that violated Google's own description of its APIs."""
        return [*self.compute.violations, *self.sql.violations, *self.monitoring.violations]


def vm_statuses(specimen: SampleInstance) -> dict[str, str]:
    """The instance's VMs when it is healthy: the active one runs, the other one, if any, is stopped."""
    running = {f"default-{specimen.active}-instance": "RUNNING"}
    return running | (
        {f"default-{specimen.inactive}-instance": "TERMINATED"} if specimen.has_both_deployments else {}
    )
