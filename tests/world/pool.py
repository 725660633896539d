"""A fresh organization for every test, cheaply: one emulator process has many."""

from __future__ import annotations

from demo.emulator import Emulator, private_key_pem
from demo.organization import Org, make_orgs, make_seed
from tests.world.door import WebhookEndpoint
from tests.world.proxy import Proxy

ORGS = 40


class OrgPool:
    """Starts an emulator when the first organization is needed, and another one when all are used."""

    def __init__(self, orgs: int = ORGS) -> None:
        self._size = orgs
        self._doors: list[WebhookEndpoint] = []
        self._unused: list[Org] = []
        self.emulators: list[Emulator] = []

    def fresh(self) -> Proxy:
        """A proxy in front of an unused organization. The caller closes it."""
        if not self._unused:
            self._start()
        return Proxy(self.emulators[-1].url, self._unused.pop(0), self._doors[-1])

    def close(self) -> None:
        """End all emulators. Safe to repeat."""
        for emulator in self.emulators:
            emulator.close()
        for door in self._doors:
            door.close()
        self.emulators, self._doors, self._unused = [], [], []

    def _start(self) -> None:
        door = WebhookEndpoint()
        self._doors.append(door)
        orgs = make_orgs(self._size, private_key_pem(), door.url)
        self.emulators.append(Emulator(make_seed(orgs)))
        self._unused = list(orgs)
