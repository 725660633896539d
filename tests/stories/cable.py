"""The network between one worker and its database, which a test can cut."""

from __future__ import annotations

import contextlib
import socket
import threading


class Cable:
    """Passes connections to `port` of 127.0.0.1 on, from a free port there, until closed."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._refusing = False
        self._passing = threading.Event()
        self._passing.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, silently: bool = False) -> None:
        """End all connections and refuse new ones; or let everything vanish without an answer, if `silently`."""
        if silently:
            self._passing.clear()
        else:
            self._refusing = True
            self._end_all()

    def mend(self) -> None:
        """Let new connections through. What was on its way when the cable was cut silently is lost."""
        if not self._passing.is_set():
            self._end_all()
        self._refusing = False
        self._passing.set()

    def close(self) -> None:
        self._listener.close()
        self._passing.set()
        self._end_all()

    def _end_all(self) -> None:
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._passing.wait()
        with near, contextlib.suppress(OSError):
            if self._refusing:
                return
            with socket.create_connection(("127.0.0.1", self._target), timeout=10) as far:
                far.settimeout(None)
                with self._lock:
                    self._open |= {near, far}
                other = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
                other.start()
                self._pass_on(near, far)
                other.join()
                with self._lock:
                    self._open -= {near, far}

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._passing.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
