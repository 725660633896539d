"""Everything that the demo's story needs, on this machine alone: GitHub, Google's APIs, a fleet, and mibot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from demo.cast import make_orgs, seed_of
from demo.cloud import Cloud
from demo.emulator import Emulator, free_port, install, private_key_pem
from demo.fleet import Breakage, make_fleet
from demo.proxy import Front
from demo.relay import Relay
from demo.screen import Screen
from demo.service import Service, settings_of
from demo.world import World

BROKEN = (Breakage.YAML,)
"""One instance that can't be read: it is told, and stops nobody else."""

DEPLOYMENT_TAKES = 2.0  # seconds
BACKUPS_TAKE = 1.0


@dataclass(frozen=True)
class Stage:
    """The world, what is beside GitHub, and mibot in it."""

    world: World
    service: Service
    cloud: Cloud


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
            emulator = stack.enter_context(Emulator(seed_of([org])))
            github = stack.enter_context(Front(emulator.url, org, port))
            github.actions.auto(DEPLOYMENT_TAKES)
        world = World(github.url, org, fleet=partial(make_fleet, size, broken=BROKEN))
        with screen.doing(f"the deployment repository has {size} instances, one more can't be read"):
            fleet = world.build()
        with screen.doing("Google's APIs run here, with the instances' VMs, databases and front ends"):
            cloud = stack.enter_context(Cloud())
            cloud.settle(fleet, lambda slug: f"sourcegraph-managed-{slug}")
            cloud.compute.pace(BACKUPS_TAKE)
            cloud.sql.pace(BACKUPS_TAKE)
            github.actions.on_end = cloud.deployed
        config = folder / "mibot.toml"
        config.touch(mode=0o600)
        config.write_text(settings_of(org, folder, github.url, cloud.settings))
        with screen.doing("mibot serves"):
            service = stack.enter_context(Service(config, service_port))
        yield Stage(world, service, cloud)
