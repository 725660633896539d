"""Compute Engine, asked for the machines of an instance; whatever fails comes back as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.queries import MachineQuery, Machines, Unavailable
from bot.edges.gcp.calls import Calls, Question
from bot.edges.gcp.faults import Need, Service, Unreadable

READ_ONLY = "https://www.googleapis.com/auth/compute.readonly"
COMPUTE = Service("Compute Engine", "compute.googleapis.com", READ_ONLY, "gcp.compute_endpoint")
LIST_MACHINES = Need("list the machines", "compute.instances.list", "Compute Viewer")


class ComputeInspector:
    """Answers a MachineQuery from Compute Engine (`ports.Inspector`). One for all threads; it never raises.

    `compute_endpoint` replaces Google's own; one that starts with `http://` is talked to without credentials, any
    other with Application Default Credentials. The rest is `Calls`'s.
    """

    def __init__(self, compute_endpoint: str | None = None, deadline: float = 10.0, **others: Any) -> None:
        self._calls = Calls(COMPUTE, compute_endpoint, lambda endpoint: _connect(endpoint), deadline, **others)

    def ask(self, query: MachineQuery) -> Machines | Unavailable:
        """The machines of that project and zone that bear the names, or Unavailable. One request a page."""
        return self._calls.answer(LIST_MACHINES, lambda question: _machines(question, query))


def _machines(question: Question, query: MachineQuery) -> Machines:
    """Machine name to status, from all pages."""
    request = {"project": query.project, "zone": query.zone, "filter": name_filter(query.names)}
    statuses: dict[str, str] = {}
    while True:
        page = question.once(lambda left: _list(question.client, request, left))
        statuses |= {machine.name: machine.status for machine in page.items if machine.name in query.names}
        if not page.next_page_token:
            return Machines(statuses)
        request["page_token"] = page.next_page_token


def name_filter(names: tuple[str, ...]) -> str:
    """The filter of the request: any of these names (AIP-160, as instances.list documents it)."""
    return " OR ".join(f'(name = "{name}")' for name in names)


def _connect(endpoint: str) -> Any:
    """A client for that endpoint, or for Google's own when it is empty. Raises GoogleAuthError."""
    from google.cloud.compute_v1.services.instances import InstancesClient

    if endpoint.startswith("http://"):
        from google.auth.credentials import AnonymousCredentials
        from google.cloud.compute_v1.services.instances.transports import InstancesRestTransport

        open_door = InstancesRestTransport(host=endpoint, credentials=AnonymousCredentials(), url_scheme="http")
        return InstancesClient(transport=open_door)
    return InstancesClient(client_options={"scopes": [READ_ONLY]} | ({"api_endpoint": endpoint} if endpoint else {}))


def _list(client: Any, request: Mapping[str, str], timeout: float) -> Any:
    """One `instances.list` request: a page with `items` and `next_page_token`. `timeout` is in seconds.

    The library's own retries and paging stay unused: near its deadline they start over with the whole of it
    (api_core's TimeToDeadlineTimeout below one second, the pager at every page).
    """
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]  # it ships no types

    try:
        page = client.list(request=dict(request), retry=None, timeout=timeout)
    except (ParseError, UnicodeDecodeError, AttributeError, TypeError) as error:
        # The last two: api_core trips over JSON errors that are not of Google's shape, as {"error": "no"}.
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    if page.kind != "compute#instanceList":
        # Any other JSON object, `[]` and `"hello"` are parsed into an empty list, which would read as "no machine".
        raise Unreadable(f"an answer of kind {page.kind!r}")
    return page
