"""The address that `mibot serve` listens on."""

from __future__ import annotations

import socket

import pytest

from bot import server
from bot.domain.failures.listening import ListenProblem


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PORT_TIMEOUT", 0)
    monkeypatch.setattr(server, "_WATCH_INTERVAL", 0)


@pytest.mark.parametrize("shared", [False, True], ids=["another program", "another mibot, which shares its port"])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - nothing connects to it
def test_a_port_on_which_others_listen_is_taken(address: str, shared: bool) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(server.ListenError) as refused:
            server.check_free(address, address, port)
    assert refused.value.reason.problem is ListenProblem.TAKEN
    server.check_free(address, address, port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(server.ListenError) as refused:
        server.check_free("192.0.2.1", "192.0.2.1", 8080)
    assert refused.value.reason.problem is ListenProblem.NOT_OURS
