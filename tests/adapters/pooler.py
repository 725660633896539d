"""A connection pooler in front of PostgreSQL that pools transactions, as far as mibot needs one to refuse it.

It speaks enough of the protocol (https://www.postgresql.org/docs/current/protocol-flow.html) to accept clients
without a password and to lend them the server's sessions: from a client's first message until the server says that no
transaction is open.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections import deque

import psycopg

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_READY_IDLE = b"Z" + struct.pack("!i", 5) + b"I"


class TransactionPooler:
    """Listens on a free port of 127.0.0.1 until closed. With `in_turn` the session that waited longest is lent next,
    else the one that was used last."""

    def __init__(self, url: str, sessions: int = 2, *, in_turn: bool = False) -> None:
        self._owners = [psycopg.connect(url, autocommit=True) for _ in range(sessions)]
        self._idle = deque(socket.socket(fileno=os.dup(owner.fileno())) for owner in self._owners)
        for server in self._idle:
            server.setblocking(True)
        self._in_turn = in_turn
        self._free = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for owner in self._owners:
            owner.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, EOFError):
            while (length_and_code := struct.unpack("!ii", _read(client, 8)))[1] in {_SSL_REQUEST, _GSS_REQUEST}:
                client.sendall(b"N")
            _read(client, length_and_code[0] - 8)
            settings = {"server_version": "16.0", "client_encoding": "UTF8", "standard_conforming_strings": "on"}
            told = b"".join(_message(b"S", f"{name}\0{value}\0".encode()) for name, value in settings.items())
            client.sendall(_message(b"R", struct.pack("!i", 0)) + told + _READY_IDLE)
            while (message := _next(client))[:1] != b"X":
                self._run_transaction(client, message)

    def _run_transaction(self, client: socket.socket, message: bytes) -> None:
        """Pass messages on until the session is in no transaction any more."""
        server = self._lend()
        try:
            while True:
                server.sendall(message)
                if message[:1] in {b"Q", b"S"}:  # a query, or the end of a group of messages, which is answered
                    answer = b""
                    while answer[:1] != b"Z":
                        answer = _next(server)
                        client.sendall(answer)
                    if answer == _READY_IDLE:
                        return
                message = _next(client)
        finally:
            with self._free:
                self._idle.append(server)
                self._free.notify()

    def _lend(self) -> socket.socket:
        with self._free:
            self._free.wait_for(lambda: self._idle, timeout=10)
            return self._idle.popleft() if self._in_turn else self._idle.pop()


def _message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!i", len(content) + 4) + content


def _next(source: socket.socket) -> bytes:
    head = _read(source, 5)
    return head + _read(source, struct.unpack("!i", head[1:])[0] - 4)


def _read(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
