"""The report that the upgrade workflow publishes: the instance's containers, as `docker ps` shows them."""

from __future__ import annotations

from collections.abc import Mapping

from demo.actions.documents import Json
from demo.actions.runs import WorkflowRun
from demo.fleet.compose import SERVICES, image

UP = "Up 2 minutes"
HEALTHY = "Up 2 minutes (healthy)"


def container_table(
    version: str, statuses: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
) -> str:
    """A Markdown table of all containers on that version, with exceptions by container in `statuses` and `tags`:
    `container_table("3.40.1", {"gitserver-0": "Restarting (1) 3 seconds ago"}, {"worker": "3.40.0"})`."""
    statuses, tags = statuses or {}, tags or {}
    rows = [
        (
            service.name,
            image(service.image, tags.get(service.name, version)),
            statuses.get(service.name, HEALTHY if service.probe else UP),
        )
        for service in SERVICES
    ]
    lines = ["| container | image | status |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {name} | {reference} | {status} |" for name, reference, status in rows)])


def containers_check_run(run: WorkflowRun, url: str, containers: str) -> Json:
    """The check run that the workflow's last step creates; `url` is the run's page."""
    return {
        "name": f"containers: {run.inputs.get('customer', 'instance')}",
        "head_sha": run.commit,
        "external_id": str(run.id),
        "details_url": url,
        "status": "completed",
        "conclusion": "success",
        "output": {"title": "Containers after the upgrade", "summary": containers},
    }
