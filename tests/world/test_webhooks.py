"""Deliveries can be held, lost, doubled and reordered, and stay what GitHub made them."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.world.exchange import Request
from tests.world.listener import Listener
from tests.world.webhooks import DeliveryQueue, Disorder

SECRET = "a secret"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def mailbox(listener: Listener) -> Iterator[DeliveryQueue]:
    mailbox = DeliveryQueue(SECRET, listener.url)
    yield mailbox
    mailbox.close()


def three(mailbox: DeliveryQueue) -> None:
    for action in ("opened", "labeled", "edited"):
        mailbox.inject("issues", {"action": action})


def test_deliveries_come_in_order_each_with_its_own_number(mailbox: DeliveryQueue, listener: Listener) -> None:
    three(mailbox)
    assert mailbox.drain()
    assert listener.events == ["issues opened", "issues labeled", "issues edited"]
    assert len(set(listener.guids)) == 3
    assert [delivery.statuses for delivery in mailbox.deliveries] == [[202]] * 3


def test_what_github_signed_arrives_unchanged_under_a_new_number(mailbox: DeliveryQueue, listener: Listener) -> None:
    body = '{"action": "opened",  "note": "ö"}'.encode()
    headers = {"x-github-event": "issues", "x-github-delivery": "1700000000000", "x-hub-signature-256": "sha256=ab"}
    mailbox.receive(Request("POST", "/o", headers, body))
    assert mailbox.drain()
    (request,) = listener.requests
    assert request.body == body
    assert request.headers["x-hub-signature-256"] == "sha256=ab"
    assert len(request.headers["x-github-delivery"]) == 36


def test_what_is_injected_is_signed(mailbox: DeliveryQueue, listener: Listener) -> None:
    mailbox.inject("status", {"state": "success"})
    assert mailbox.drain()
    (request,) = listener.requests
    signature = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-hub-signature-256"] == f"sha256={signature}"


def test_held_deliveries_wait_and_then_come_as_arranged(mailbox: DeliveryQueue, listener: Listener) -> None:
    with mailbox.hold(reversed) as held:
        three(mailbox)
        with mailbox.hold():
            mailbox.inject("issues", {"action": "closed"})
        assert len(held) == 4
        assert not listener.requests
    assert mailbox.drain()
    assert listener.events == ["issues closed", "issues edited", "issues labeled", "issues opened"]


def test_a_doubled_delivery_keeps_its_number(mailbox: DeliveryQueue, listener: Listener) -> None:
    mailbox.copies = 2
    first = mailbox.inject("issues", {"action": "opened"})
    mailbox.copies = 1
    mailbox.redeliver(first)
    assert mailbox.drain()
    assert listener.guids == [first.guid] * 3
    assert first.statuses == [202] * 3


def test_a_lost_delivery_never_comes(mailbox: DeliveryQueue, listener: Listener) -> None:
    mailbox.lose("issues", "labeled")
    three(mailbox)
    with mailbox.hold(lambda _: []):
        mailbox.inject("issues", {"action": "closed"})
    assert mailbox.drain()
    assert listener.events == ["issues opened", "issues edited"]
    assert [delivery.statuses for delivery in mailbox.deliveries_of("issues", "labeled")] == [[]]


def test_waiting_for_a_delivery_ends_when_it_comes_or_when_time_is_up(mailbox: DeliveryQueue) -> None:
    mailbox.inject("issues", {"action": "opened"})
    assert mailbox.wait_for(lambda delivery: delivery.action == "opened")
    assert mailbox.wait_for(lambda delivery: delivery.action == "closed", timeout=0.01) is None


def test_without_a_listener_a_delivery_has_no_answer() -> None:
    with Listener() as listener:
        mailbox = DeliveryQueue(SECRET, listener.url)
    delivery = mailbox.inject("issues", {"action": "opened"})
    assert mailbox.drain()
    assert delivery.statuses == [None]
    mailbox.target = None
    mailbox.redeliver(delivery)
    assert mailbox.drain()
    assert delivery.statuses == [None]
    mailbox.close()


def test_bodies_of_25_megabytes_pass(mailbox: DeliveryQueue, listener: Listener) -> None:
    body = b" " * (25 * 1024 * 1024)
    mailbox.receive(Request("POST", "/o", {"x-github-event": "issues"}, body))
    assert mailbox.drain()
    assert listener.requests[0].body == body


def test_settle_gives_up_in_time() -> None:
    with Listener(handle=lambda _: time.sleep(0.3)) as slow:
        mailbox = DeliveryQueue(SECRET, slow.url)
        mailbox.inject("issues", {"action": "opened"})
        assert not mailbox.drain(timeout=0.01)
        mailbox.close()


def test_disorder_loses_doubles_and_reorders(mailbox: DeliveryQueue, listener: Listener) -> None:
    with mailbox.disorder(Disorder(Random(1), delay=0.05)):  # noqa: S311 - a seed
        for number in range(40):
            mailbox.inject("issues", {"action": f"{number}"})
    assert mailbox.drain()
    came = [int(event.split()[1]) for event in listener.events]
    assert len(set(came)) < 40, "some are lost"
    assert len(set(came)) < len(came), "some came twice"
    assert came != sorted(came), "some overtook others"
