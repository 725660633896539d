"""Google's REST APIs that have no client library of their own: JSON over one authorized session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.gcp.calls import ApiCall
from bot.adapters.gcp.errors import IncompleteError, UnexpectedResponseError

MAX_PAGES = 50
CONNECTIONS = 32
"""That are kept open to one API: several checks of eight jobs at a time ask it. With fewer, each request beyond them
would shake hands anew and leave a warning in the log."""


def keep_connections(session: Any) -> None:
    """Let a `requests.Session` keep CONNECTIONS connections open, in place of the library's ten."""
    from requests.adapters import HTTPAdapter

    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))


class RestApi:
    """Requests to one API at `root` (`https://…`), from any thread. `session` is a `requests.Session` of Google's."""

    def __init__(self, root: str, session: Any) -> None:
        keep_connections(session)
        self.root = root
        self.session = session
        self.credentials = getattr(session, "credentials", None)

    def send(self, method: str, path: str, timeout: float, query: Mapping[str, Any], body: Any = None) -> Any:
        """One request; the answer's JSON object. `timeout` is in seconds. Raises one of `external_errors()`."""
        from google.api_core.exceptions import from_http_response

        response = self.session.request(
            method, f"{self.root}/{path}", params=dict(query), json=body, timeout=timeout, allow_redirects=False
        )
        if response.status_code >= 300:
            raise _error(from_http_response, response)
        try:
            document = response.json()
        except ValueError as error:
            raise UnexpectedResponseError("no JSON") from error
        if not isinstance(document, dict):
            raise UnexpectedResponseError(f"JSON that is a {type(document).__name__}")
        return document


def _error(make: Any, response: Any) -> Exception:
    try:
        made: Exception = make(response)
    except (AttributeError, TypeError, ValueError) as error:  # JSON errors that are not of Google's shape
        return UnexpectedResponseError(f"an error {response.status_code} of another shape: {error}")
    return made


def connect(root: str, endpoint: str, scope: str) -> RestApi:
    """The API at `root`, or at `endpoint`.

    One that starts with `http://` is used without credentials. Raises GoogleAuthError if there are no credentials.
    """
    if endpoint.startswith("http://"):
        import requests

        plain = requests.Session()
        plain.trust_env = False  # an endpoint of one's own needs no proxy
        return RestApi(endpoint, plain)
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=[scope])
    return RestApi(endpoint or root, AuthorizedSession(credentials))


def _is_incomplete(warning: Any) -> bool:
    """Whether a warning says that something is missing (Cloud SQL: REGION_UNREACHABLE)."""
    return isinstance(warning, dict) and str(warning.get("code", "")).endswith("UNREACHABLE")


def list_items(call: ApiCall, path: str, query: Mapping[str, Any], items: str) -> Iterator[Any]:
    """Every item of a list that comes in pages; `items` is the key that holds them.

    Raises UnexpectedResponseError for a page of another shape.
    """
    token = ""
    for _ in range(MAX_PAGES):
        wanted = {**query, **({"pageToken": token} if token else {})}
        page = call.send_with_retry(lambda left, q=wanted: call.client.send("GET", path, left, q))  # type: ignore[misc]
        if page.get("unreachable") or any(_is_incomplete(one) for one in page.get("warnings") or []):
            raise IncompleteError("a region is missing")
        found = page.get(items, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise UnexpectedResponseError(f"{items} is no list of objects")
        yield from found
        token = str(page.get("nextPageToken") or "")
        if not token:
            return
    raise UnexpectedResponseError(f"more than {MAX_PAGES} pages")
