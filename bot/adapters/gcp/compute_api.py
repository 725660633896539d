"""Compute Engine's requests: one set of clients, and the requests that the inspector and the backups share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.gcp.calls import ApiCall
from bot.adapters.gcp.errors import IncompleteError, UnexpectedResponseError
from bot.adapters.gcp.purpose import Purpose
from bot.adapters.gcp.rest import keep_connections
from bot.adapters.gcp.times import require_time
from bot.domain.failures.google import GoogleAction
from bot.domain.health.queries import DiskSnapshot

LIST_MACHINES = Purpose(GoogleAction.LIST_MACHINES, "compute.instances.list", "Compute Viewer")
LIST_DISKS = Purpose(GoogleAction.LIST_DISKS, "compute.disks.list", "Compute Viewer")
LIST_SNAPSHOTS = Purpose(
    GoogleAction.LIST_SNAPSHOTS, "compute.snapshots.list", "Compute Viewer", settings=("gcp.project_template",)
)


@dataclass(frozen=True)
class Clients:
    """The library's clients, which share their credentials. `groups` are the managed instance groups."""

    credentials: Any
    instances: Any
    snapshots: Any
    disks: Any
    groups: Any
    autoscalers: Any


@dataclass(frozen=True)
class DataDisk:
    """A machine's data disk: its name, and `path`, the end of its URL (`zones/Z/disks/D`), which is unique."""

    name: str
    path: str


def connect(endpoint: str, scope: str) -> Clients:
    """Clients for that endpoint, or for Google's own if it is empty.

    One that starts with `http://` is used without credentials. Raises GoogleAuthError.
    """
    import google.auth
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import compute_v1 as library

    plain = endpoint.startswith("http://")
    credentials = AnonymousCredentials() if plain else google.auth.default(scopes=[scope])[0]

    def client(kind: Any) -> Any:
        if plain:
            transport = kind.get_transport_class("rest")
            made = kind(transport=transport(host=endpoint, credentials=credentials, url_scheme="http"))
        else:
            made = kind(credentials=credentials, client_options={"api_endpoint": endpoint} if endpoint else None)
        keep_connections(made.transport._session)  # the library has no way to choose it
        return made

    return Clients(
        credentials,
        client(library.InstancesClient),
        client(library.SnapshotsClient),
        client(library.DisksClient),
        client(library.InstanceGroupManagersClient),
        client(library.AutoscalersClient),
    )


def list_pages(call: ApiCall, method: Callable[..., Any], kind: str, request: Mapping[str, Any]) -> Iterator[Any]:
    """Every page of one of the library's lists, one request each. Raises one of `external_errors()`."""
    wanted = dict(request)
    while True:
        page = call.send_with_retry(lambda left: send_request(method, kind, wanted, left))
        if _is_incomplete(page):
            raise IncompleteError("a zone or region is missing")
        yield page
        if not page.next_page_token:
            return
        wanted["page_token"] = page.next_page_token


def _is_incomplete(page: Any) -> bool:
    """Whether Google left out a zone or region because it was unreachable. Only aggregated lists have scopes."""
    scopes = page.items.values() if isinstance(page.items, Mapping) else ()
    warnings = [page.warning, *(scope.warning for scope in scopes)]
    return bool(getattr(page, "unreachables", ())) or any(one.code == "UNREACHABLE" for one in warnings)


def send_request(method: Callable[..., Any], kind: str, request: Mapping[str, Any], timeout: float) -> Any:
    """One request: the answer, which must be of that `kind`. `timeout` is in seconds.

    The library's own retries and paging stay unused: near its deadline they start over with the whole of it
    (api_core's TimeToDeadlineTimeout below one second, the pager at every page).
    """
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]  # it ships no types

    try:
        answer = method(request=dict(request), retry=None, timeout=timeout)
    except (ParseError, UnicodeDecodeError, AttributeError, TypeError) as error:
        # The last two: api_core trips over JSON errors that are not of Google's shape, as {"error": "no"}.
        raise UnexpectedResponseError(f"{type(error).__name__}: {error}") from error
    if answer.kind != kind:
        # Any other JSON object, `[]` and `"hello"` are parsed into an empty list, which would read as "no machine".
        raise UnexpectedResponseError(f"an answer of kind {answer.kind!r}")
    return answer


def list_machines(call: ApiCall, project: str, zone: str, names: Iterable[str]) -> Iterator[Any]:
    """The machines of that project and zone that have one of the names, as the library returns them."""
    wanted = tuple(names)
    request = {"project": project, "zone": zone, "filter": name_filter(wanted)}
    for page in list_pages(call, call.client.instances.list, "compute#instanceList", request):
        yield from (machine for machine in page.items if machine.name in wanted)


def list_data_disks(call: ApiCall, project: str, zone: str, machine: str) -> list[DataDisk]:
    """All disks of the machine except the boot disk and scratch disks, which have no URL and cannot be copied.

    The list is empty if there is no such machine.
    """
    found = list_machines(call, project, zone, [machine])
    attached = [disk for one in found for disk in one.disks if disk.source and not disk.boot]
    return [DataDisk(resource_name(disk.source), resource_path(disk.source)) for disk in attached]


def list_disk_ids(call: ApiCall, project: str, disks: Iterable[DataDisk]) -> dict[str, str]:
    """Google's number of each disk that exists, by its path. A machine tells only the names of its disks."""
    wanted = {disk.path: disk.name for disk in disks}
    request = {"project": project, "filter": name_filter(sorted(set(wanted.values())))}
    pages = list_pages(call, call.client.disks.aggregated_list, "compute#diskAggregatedList", request)
    found = (disk for page in pages for scope in page.items.values() for disk in scope.disks)
    numbers = {resource_path(disk.self_link): str(disk.id) for disk in found if disk.id}
    return {path: number for path, number in numbers.items() if path in wanted}


def list_snapshots(call: ApiCall, project: str, wanted: str = "") -> Iterator[tuple[str, DiskSnapshot]]:
    """The project's snapshots that the filter lets through, each with its disk's path.

    Raises UnexpectedResponseError.
    """
    request = {"project": project, **({"filter": wanted} if wanted else {})}
    for page in list_pages(call, call.client.snapshots.list, "compute#snapshotList", request):
        for one in page.items:
            taken_at = require_time(one.creation_timestamp)
            disk = resource_name(one.source_disk)
            snapshot = DiskSnapshot(one.name, disk, one.status, taken_at, dict(one.labels), one.source_disk_id)
            yield resource_path(one.source_disk), snapshot


def name_filter(names: Iterable[str]) -> str:
    """The filter of a request: any of these names (AIP-160, as instances.list documents it)."""
    return " OR ".join(f'(name = "{name}")' for name in names)


def resource_name(url: str) -> str:
    """The name of the resource at that URL."""
    return url.rpartition("/")[2]


def resource_path(url: str) -> str:
    """The end of the URL of a resource in a zone or region (`zones/Z/disks/D`).

    Google writes what comes before it, host and project, in several ways.
    """
    return "/".join(url.split("/")[-4:])
