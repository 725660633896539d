"""The door: only what GitHub signed gets in, it is durable before GitHub is told so, and nothing breaks it."""

from __future__ import annotations

import hmac
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from bot.domain.flow.deliveries import SUBSCRIBED_EVENTS, EventFilter
from bot.domain.flow.events import CommentCreated, CommitChecksChanged, Event, IssueLabeled
from bot.domain.reasons import PlainText
from bot.ports.errors import TransientError
from bot.web import make_app
from bot.web.webhook import MAX_BODY_BYTES

SECRET = "a long and random secret"
INTEREST = EventFilter("acme/releases", "acme/deploy", "team/cloud")
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
LABELLED: dict[str, Any] = {
    "action": "labeled",
    "repository": {"full_name": "acme/releases"},
    "issue": {"number": 12, "title": "3.40.1 upgrade", "body": None, "labels": [{"name": "team/cloud"}]},
    "sender": {"login": "dana"},
}
COMMENTED: dict[str, Any] = {
    "action": "created",
    "repository": {"full_name": "acme/releases"},
    "issue": LABELLED["issue"],
    "comment": {"id": 9, "body": "/upgrade rctest", "user": {"login": "dana", "type": "User"}},
}
STATUS: dict[str, Any] = {"repository": {"full_name": "acme/deploy"}, "sha": "f" * 40, "branches": []}


class Inbox:
    """Keeps what it gets, unless it is `down`."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Event]] = []
        self.down = False

    def __call__(self, delivery: str, event: Event) -> None:
        if self.down:
            raise TransientError(PlainText("the storage does not answer"))
        self.kept.append((delivery, event))


class WebhookClient:
    """The application, knocked at as GitHub does; each header can be changed, or left out with None."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.missing = ""
        self.app: Flask = make_app(SECRET, INTEREST, self.inbox, self._ready)
        self.client = self.app.test_client()

    def _ready(self) -> str:
        if self.missing == "down":
            raise TransientError(PlainText("the storage does not answer"))
        return self.missing

    def deliver(
        self, payload: Any = LABELLED, event: str | None = "issues", body: bytes | None = None, **headers: str | None
    ) -> TestResponse:
        body = json.dumps(payload).encode() if body is None else body
        sent: dict[str, str | None] = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": DELIVERY,
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(body),
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            "/webhooks/github", data=body, headers={name: value for name, value in sent.items() if value is not None}
        )


def sign(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@pytest.fixture
def door() -> WebhookClient:
    return WebhookClient()


# What gets in


def test_a_good_delivery_is_kept_under_its_id(door: WebhookClient) -> None:
    assert door.deliver().status_code == 202
    assert door.inbox.kept == [(DELIVERY, IssueLabeled(12, "3.40.1", "dana"))]


def test_an_order_keeps_its_words(door: WebhookClient) -> None:
    assert door.deliver(COMMENTED, "issue_comment").status_code == 202
    assert door.inbox.kept == [(DELIVERY, CommentCreated(9, 12, "3.40.1", "/upgrade rctest", "dana"))]


def test_a_commit_status(door: WebhookClient) -> None:
    assert door.deliver(STATUS, "status").status_code == 202
    assert door.inbox.kept == [(DELIVERY, CommitChecksChanged("f" * 40))]


def test_a_form_as_github_can_send_it(door: WebhookClient) -> None:
    body = urlencode({"payload": json.dumps(LABELLED)}).encode()
    assert door.deliver(body=body, Content_Type="application/x-www-form-urlencoded").status_code == 202
    assert len(door.inbox.kept) == 1


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_headers_in_any_case(door: WebhookClient, case: Any) -> None:
    body = json.dumps(LABELLED).encode()
    headers = {
        case("X-GitHub-Event"): "issues",
        case("X-GitHub-Delivery"): DELIVERY,
        case("Content-Type"): "application/json",
        case("X-Hub-Signature-256"): sign(body),
    }
    assert door.client.post("/webhooks/github", data=body, headers=headers).status_code == 202
    assert len(door.inbox.kept) == 1


# What is dropped right after it was verified


@pytest.mark.parametrize("event", ["ping", "push", "workflow_job", "star", "événement"])
def test_what_nobody_wants_is_answered_and_dropped(door: WebhookClient, event: str) -> None:
    door.inbox.down = True
    assert door.deliver({"zen": "Keep it logically awesome."}, event).status_code == 202


def test_an_event_of_another_repository_is_dropped(door: WebhookClient) -> None:
    door.inbox.down = True
    assert door.deliver(LABELLED | {"repository": {"full_name": "acme/other"}}).status_code == 202


# What is refused


def test_without_a_secret_there_is_no_door() -> None:
    with pytest.raises(ValueError, match="the webhook secret is empty"):
        make_app("", INTEREST, Inbox(), lambda: "")


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        sign(b"something else"),
        sign(json.dumps(LABELLED).encode(), secret="another secret"),
        sign(json.dumps(LABELLED).encode(), secret=""),
        sign(json.dumps(LABELLED).encode()).removeprefix("sha256="),
        sign(json.dumps(LABELLED).encode())[:-1],
        sign(json.dumps(LABELLED).encode()) + "0",
        sign(json.dumps(LABELLED).encode(), algorithm="sha1"),
        sign(json.dumps(LABELLED).encode()).replace("sha256=", "sha1="),
        "sha256=",
        "sha256=" + "é" * 64,
    ],
)
def test_a_signature_that_is_not_right(door: WebhookClient, signature: str | None) -> None:
    assert door.deliver(X_Hub_Signature_256=signature).status_code == 401
    assert not door.inbox.kept


def test_a_sha1_signature_is_not_enough(door: WebhookClient) -> None:
    old = sign(json.dumps(LABELLED).encode(), algorithm="sha1")
    assert door.deliver(X_Hub_Signature_256=None, X_Hub_Signature=old).status_code == 401
    assert door.deliver(X_Hub_Signature_256=old, X_Hub_Signature=old).status_code == 401
    assert not door.inbox.kept


def test_a_wrong_sha1_signature_beside_a_good_one_does_not_matter(door: WebhookClient) -> None:
    assert door.deliver(X_Hub_Signature="sha1=0").status_code == 202


@pytest.mark.parametrize(
    "number", ["1e30", "77.0", "-77", "true", "1" + "0" * 30, "NaN", "Infinity", '"77"', "[]", "{}"]
)
def test_a_comment_whose_id_is_no_number_of_githubs(door: WebhookClient, number: str) -> None:
    body = json.dumps({**COMMENTED, "comment": {**COMMENTED["comment"], "id": "ID"}}).replace('"ID"', number).encode()
    assert door.deliver(body=body, event="issue_comment").status_code == 400
    assert not door.inbox.kept


@pytest.mark.parametrize(
    "missing", [{"sender": None}, {"label": None}, {"issue": {**LABELLED["issue"], "labels": None}}]
)
def test_what_github_may_send_as_null(door: WebhookClient, missing: Any) -> None:
    assert door.deliver({**LABELLED, **missing}).status_code == 202


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data; boundary=x", "application/xml"])
def test_another_content_type(door: WebhookClient, content_type: str | None) -> None:
    assert door.deliver(Content_Type=content_type).status_code == 400
    assert not door.inbox.kept


@pytest.mark.parametrize("charset", ["klingon", "hex", "undefined", "\x00", "utf-16"])
def test_an_odd_charset(door: WebhookClient, charset: str) -> None:
    assert door.deliver(Content_Type=f'application/json; charset="{charset}"').status_code == 400


BODIES = {
    "nothing": b"",
    "no JSON": b"payload",
    "broken off": b'{"action":',
    "no UTF-8": b'{"action": "\xff"}',
    "no object": b"[1]",
    "null": b"null",
    "a string": b'"issues"',
    "an empty object": b"{}",
    "half a document": json.dumps({"action": "opened"}).encode(),
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "a number without an end": json.dumps(LABELLED).replace("12", "1e999", 1).encode(),
    "a number that is none": json.dumps(LABELLED).replace("12", "NaN", 1).encode(),
    "a long number": json.dumps(LABELLED).replace("12", "9" * 5000, 1).encode(),
    "labels that are none": json.dumps(LABELLED | {"issue": {**LABELLED["issue"], "labels": 5}}).encode(),
    "half a character": json.dumps(LABELLED | {"sender": {"login": "\ud83d"}}).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_payload_that_is_none(door: WebhookClient, body: bytes) -> None:
    assert door.deliver(body=body).status_code == 400
    assert not door.inbox.kept


@pytest.mark.parametrize("form", [b"", b"payload=", b"other=1", b"payload=%7B", b"payload=%ff"])
def test_a_form_without_a_payload(door: WebhookClient, form: bytes) -> None:
    assert door.deliver(body=form, Content_Type="application/x-www-form-urlencoded").status_code == 400


@pytest.mark.parametrize("delivery", [None, "", "a/b", "x" * 101, "\x7f", "tab\tbed"])
def test_an_odd_delivery_id(door: WebhookClient, delivery: str | None) -> None:
    assert door.deliver(X_GitHub_Delivery=delivery).status_code == 400
    assert not door.inbox.kept


@pytest.mark.parametrize("event", [None, ""])
def test_no_event(door: WebhookClient, event: str | None) -> None:
    assert door.deliver(event=event).status_code == 202
    assert not door.inbox.kept


def test_no_other_method(door: WebhookClient) -> None:
    assert door.client.get("/webhooks/github").status_code == 405


# 25 MB


class Endless(io.RawIOBase):
    """A body whose sender goes on for ever; `given` are the bytes that were taken from it."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.given += len(buffer)
        return len(buffer)


def send_endless(door: WebhookClient, body: Endless, **environment: Any) -> TestResponse:
    headers = {"X-GitHub-Delivery": DELIVERY, "X-GitHub-Event": "issues", "X-Hub-Signature-256": sign(b"")}
    environment |= {"wsgi.input": io.BufferedReader(body)}
    return door.client.post("/webhooks/github", headers=headers, environ_overrides=environment)


def test_a_payload_whose_length_is_too_large_is_not_read(door: WebhookClient) -> None:
    body = Endless()
    answer = send_endless(door, body, CONTENT_LENGTH=str(MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert "25 MB" in answer.text
    assert body.given == 0


def test_a_payload_in_chunks_is_read_up_to_25_mb_and_no_further(door: WebhookClient) -> None:
    body = Endless()
    answer = send_endless(door, body, **{"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"})
    assert answer.status_code == 413
    assert body.given < MAX_BODY_BYTES + 1024 * 1024


def test_a_payload_of_just_25_mb(door: WebhookClient) -> None:
    body = json.dumps(LABELLED).encode().ljust(MAX_BODY_BYTES)
    assert door.deliver(body=body).status_code == 202


# Storage


def test_when_the_storage_is_down_github_is_asked_to_come_again(door: WebhookClient) -> None:
    door.inbox.down = True
    assert door.deliver().status_code == 503
    door.inbox.down = False
    assert door.deliver().status_code == 202
    assert len(door.inbox.kept) == 1


# Health and metrics


@pytest.mark.parametrize(
    ("missing", "status", "words"),
    [("", 200, "ready"), ("no worker", 503, "no worker"), ("down", 503, "the storage does not answer")],
)
def test_ready(door: WebhookClient, missing: str, status: int, words: str) -> None:
    door.missing = missing
    answer = door.client.get("/readyz")
    assert (answer.status_code, answer.text.strip()) == (status, words)


def test_metrics_count_deliveries_by_event_and_outcome(door: WebhookClient) -> None:
    def count(event: str, outcome: str) -> float:
        name = f'mibot_deliveries_total{{event="{event}",outcome="{outcome}"}} '
        found = [line for line in door.client.get("/metrics").text.splitlines() if line.startswith(name)]
        return float(found[0].split()[-1]) if found else 0.0

    before = [count("issues", "accepted"), count("other", "dropped"), count("other", "unsigned")]
    door.deliver()
    door.deliver(event="made_up_by_anybody")
    door.deliver(event="also_made_up", X_Hub_Signature_256=None)
    after = [count("issues", "accepted"), count("other", "dropped"), count("other", "unsigned")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["action", "issue", "comment", "repository", "labels", "number", "user", "check_run"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
HEADER = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
NAMES = st.sampled_from([*sorted(SUBSCRIBED_EVENTS), "ping"])
DOOR = WebhookClient()


@given(
    body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    event=NAMES | HEADER,
    delivery=st.just(DELIVERY) | HEADER,
    content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded"]) | HEADER,
    signed=st.booleans(),
    signature=HEADER,
)
def test_nothing_breaks_the_door(
    body: bytes, event: str, delivery: str, content_type: str, signed: bool, signature: str
) -> None:
    answer = DOOR.deliver(
        event=event,
        body=body,
        X_GitHub_Delivery=delivery,
        Content_Type=content_type,
        X_Hub_Signature_256=sign(body) if signed else signature,
    )
    assert answer.status_code in {202, 400, 401}
    if not signed:
        assert answer.status_code in {400, 401}


@given(changed=JSON, at=st.sampled_from(["action", "issue", "comment", "repository", "sender"]))
def test_a_payload_of_another_shape_breaks_nothing(changed: Any, at: str) -> None:
    answer = DOOR.deliver(COMMENTED | {"sender": {"login": "dana"}, at: changed}, "issue_comment")
    assert answer.status_code in {202, 400}
