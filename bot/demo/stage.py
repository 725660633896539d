"""Everything that the demo's story needs, on this machine alone: GitHub, Compute Engine, a fleet, and mibot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.demo.cast import make_orgs, seed_of
from bot.demo.compute import ComputeServer
from bot.demo.emulator import Emulator, free_port, install, private_key_pem
from bot.demo.fleet import Breakage, Specimen, make_fleet
from bot.demo.relay import Relay
from bot.demo.screen import Screen
from bot.demo.service import Service, settings_of
from bot.demo.world import World

BROKEN = (Breakage.YAML,)
"""One instance that can't be read: it is told, and stops nobody else."""


@dataclass(frozen=True)
class Stage:
    """The world, and mibot in it. `compute_url` is Compute Engine's address."""

    world: World
    service: Service
    compute_url: str


@contextmanager
def set_up(screen: Screen, size: int, port: int | None) -> Iterator[Stage]:
    """A stage with a fleet of `size` instances; GitHub listens on `port`. All of it ends with the context.

    Raises EmulatorError, GitHubError and ServiceError.
    """
    with ExitStack() as stack:
        with screen.doing("the emulated GitHub is installed"):
            install()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mibot-demo-")))
        service_port = free_port()
        relay = stack.enter_context(Relay(f"http://127.0.0.1:{service_port}/webhooks/github"))
        (org,) = make_orgs(1, private_key_pem(), relay.url)
        with screen.doing("GitHub runs here, with an organisation, five people and the App"):
            emulator = stack.enter_context(Emulator(seed_of([org]), port=port))
        world = World(emulator.url, org, fleet=partial(make_fleet, size, broken=BROKEN))
        with screen.doing(f"the deployment repository has {size} instances, one more can't be read"):
            fleet = world.build()
        with screen.doing("Compute Engine runs here, with the instances' VMs"):
            compute = stack.enter_context(ComputeServer())
            for specimen in fleet.by_slug.values():
                compute.set(f"sourcegraph-managed-{specimen.slug}", machines(specimen))
        config = folder / "mibot.toml"
        config.touch(mode=0o600)
        config.write_text(settings_of(org, folder, emulator.url, compute.url))
        with screen.doing("mibot serves"):
            service = stack.enter_context(Service(config, service_port))
        yield Stage(world, service, compute.url)


def machines(specimen: Specimen) -> dict[str, str]:
    """The instance's VMs as they should be: the active one runs, the other one is stopped if there is one."""
    running = {f"default-{specimen.active}-instance": "RUNNING"}
    return running | ({f"default-{specimen.other}-instance": "TERMINATED"} if specimen.both else {})
