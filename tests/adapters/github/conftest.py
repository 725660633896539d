"""A GitHub made of single answers, and a time that passes only when somebody sleeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests import PreparedRequest
from responses.matchers import query_param_matcher

from bot.adapters.github import (
    GitHubDeploymentRepository,
    GitHubInspector,
    GitHubIssues,
    GitHubWorkflows,
    Session,
)
from tests.adapters.github.samples import API, MemoryBlobCache
from tests.world.proxy import Proxy

Answer = tuple[int, dict[str, str], str]


class FakeClock:
    """Seconds since the epoch, and what was slept."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class FakeGitHub:
    """GitHub as far as a test spells it out: several answers for one path come one after the other, and the last
    one stays. The App `mibot` is installed for `acme` (number 1) and `fleet` (number 2)."""

    def __init__(self, mock: responses.RequestsMock, time: FakeClock) -> None:
        self._mock = mock
        self._time = time
        self.tokens: list[dict[str, Any]] = []  # what was asked for, in order, with the number of the installation
        self.installed = {"acme": 1, "fleet": 2}
        self.granted = True
        self.fails = False  # to create tokens
        mock.add_callback("GET", re.compile(rf"{API}/(repos|orgs)/.*installation$"), self._find)
        mock.add_callback("POST", re.compile(rf"{API}/app/installations/\d+/access_tokens$"), self._create_token)
        self.add_response("GET", "/app", {"slug": "mibot", "permissions": {"issues": "write"}, "events": ["issues"]})

    def add_response(
        self,
        verb: str,
        path: str,
        answer: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
    ) -> None:
        """Answer with JSON, or with text as it is, or fail with an exception."""
        body = answer if isinstance(answer, str | Exception) else json.dumps(answer)
        match = [] if query is None else [query_param_matcher(query, strict_match=False)]
        self._mock.add(verb, API + path, body=body, status=status, headers=headers, match=match)

    def forget_response(self, verb: str, path: str) -> None:
        """So that the next one that a test adds is the first."""
        self._mock.remove(verb, API + path)

    def requests(self) -> list[str]:
        """Every request for something else than a token, such as `GET /repos/acme/releases/issues/1`."""
        sent = [(call.request.method, urlsplit(call.request.url or "").path) for call in self._mock.calls]
        return [f"{verb} {path}" for verb, path in sent if not re.search(r"installation$|access_tokens$", str(path))]

    def headers(self) -> list[str]:
        """The Authorization header of each of `asked`."""
        calls = [call.request for call in self._mock.calls]
        about_tokens = re.compile(r"installation$|access_tokens$")
        return [str(call.headers.get("Authorization")) for call in calls if not about_tokens.search(str(call.url))]

    def sent(self, number: int = -1) -> Any:
        """The JSON that came with a request."""
        return _body(self._mock.calls[number].request)

    def timeouts(self) -> list[Any]:
        """The seconds that each request may take, tokens included."""
        return [vars(call.request)["req_kwargs"]["timeout"] for call in self._mock.calls]

    def urls(self) -> list[str]:
        return [call.request.url or "" for call in self._mock.calls]

    def _find(self, request: PreparedRequest) -> Answer:
        owner = urlsplit(str(request.url)).path.split("/")[2]
        if owner not in self.installed:
            return 404, {}, '{"message": "Not Found"}'
        return 200, {}, json.dumps({"id": self.installed[owner], "permissions": {"issues": "write"}})

    def _create_token(self, request: PreparedRequest) -> Answer:
        number = int(str(request.url).split("/")[-2])
        if self.fails:
            return 502, {}, "<html>"
        if number not in self.installed.values():
            return 404, {}, '{"message": "Not Found"}'
        if not self.granted:
            return 422, {}, '{"message": "The permissions requested are not granted to this installation."}'
        self.tokens.append({"installation": number, **_body(request)})
        token = {"token": f"ghs_{len(self.tokens)}", "expires_at": _iso(self._time.seconds + 3600)}
        return 201, {}, json.dumps(token)


def _body(request: PreparedRequest) -> Any:
    assert isinstance(request.body, str | bytes)
    return json.loads(request.body)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def key() -> str:
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return pair.private_bytes(*form).decode()


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


@pytest.fixture
def site(time: FakeClock) -> Iterator[FakeGitHub]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield FakeGitHub(mock, time)


@pytest.fixture
def session(key: str, time: FakeClock) -> Session:
    return Session(API, 7, key, write_interval=0, sleep=time.sleep, clock=time.read, now=time.read)


@pytest.fixture
def issues(session: Session) -> GitHubIssues:
    return GitHubIssues(session, "acme/releases")


@pytest.fixture
def deployment(session: Session) -> GitHubDeploymentRepository:
    return GitHubDeploymentRepository(session, "fleet/deploy", MemoryBlobCache())


@pytest.fixture
def workflows(session: Session) -> GitHubWorkflows:
    return GitHubWorkflows(session, "fleet/deploy")


@pytest.fixture
def inspector(session: Session) -> GitHubInspector:
    return GitHubInspector(session, "fleet/deploy")


@pytest.fixture
def emulated(proxy: Proxy) -> Session:
    """The App in an organization of the emulated GitHub."""
    return Session(proxy.api_url, proxy.org.app_id, proxy.org.private_key, write_interval=0)
