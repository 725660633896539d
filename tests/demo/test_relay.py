"""Deliveries on their way from the emulated GitHub to mibot."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from demo import relay
from demo.relay import WebhookRelay
from tests.world.listener import Listener

HEADERS = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "issues",
    "X-GitHub-Delivery": "the same for both",
    "X-Hub-Signature-256": "sha256=0",
    "X-Other": "stays behind",
}


def eventually(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)
    return what()


def post(line: WebhookRelay, body: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert session.post(line.url, body, headers=HEADERS, timeout=10).status_code == 202


def test_each_delivery_gets_a_number_of_its_own_and_keeps_the_rest() -> None:
    with Listener() as mibot, WebhookRelay(mibot.url) as line:
        for number in range(20):
            post(line, f'{{"action": "{number}"}}')
        assert eventually(lambda: len(mibot.requests) == 20)
        assert mibot.events == [f"issues {number}" for number in range(20)]
        assert len(set(mibot.guids)) == 20
        assert "the same for both" not in mibot.guids
        first = mibot.requests[0].headers
        assert first["x-hub-signature-256"] == "sha256=0"
        assert "x-other" not in first


def test_what_mibot_could_not_take_is_brought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "RETRY_DELAY", 0.01)
    with Listener(status=503) as mibot, WebhookRelay(mibot.url) as line:
        post(line, "{}")
        assert eventually(lambda: len(mibot.requests) >= 2)
        mibot.status = 202
        count = len(mibot.requests)
        assert eventually(lambda: len(mibot.requests) >= count)
        assert len(set(mibot.guids)) == 1


def test_it_ends_though_nobody_listens() -> None:
    begun = time.monotonic()
    with WebhookRelay("http://127.0.0.1:1/webhooks/github") as line:
        post(line, "{}")
    assert time.monotonic() - begun < 5
