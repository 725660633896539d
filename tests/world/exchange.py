"""HTTP requests and responses as plain data."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

Headers = Mapping[str, str]
PERSON_HEADER = "x-person"


@dataclass(frozen=True)
class Request:
    """One HTTP request. `target` is path and query as sent; the names of `headers` are in lower case."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def person(self) -> str | None:
        """The person who sent it; None for mibot."""
        return self.headers.get(PERSON_HEADER)

    @property
    def writes(self) -> bool:
        """Whether it changes something that people can see. Requesting a token does not, nor does a GraphQL query."""
        harmless = self.path.endswith(("/access_tokens", "/graphql"))
        return self.method not in {"GET", "HEAD", "OPTIONS"} and not harmless

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    def strings(self) -> Iterator[str]:
        """Every text in it: the URL and all strings of the body, at any depth, decoded."""
        yield self.target
        yield from _strings(self.json)


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def json_response(cls, status: int, document: object, headers: Headers | None = None) -> HttpResponse:
        """A response with a JSON document."""
        lines = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return cls(status, tuple(lines.items()), json.dumps(document).encode())

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    def with_json(self, document: object) -> HttpResponse:
        return HttpResponse(self.status, self.headers, json.dumps(document).encode())


@dataclass
class Exchange:
    """A request and its response, which is None while the request is in progress or when the connection was cut.
    `started_at` is monotonic, in seconds."""

    request: Request
    answer: HttpResponse | None = None
    seconds: float = field(default=0.0, compare=False)
    started_at: float = field(default_factory=time.monotonic, compare=False)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _strings(name)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
