"""Everything the story needs, on this machine alone: GitHub, Google's APIs, a fleet, and mibot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from demo.cloud import Cloud
from demo.emulator import Emulator, free_port, install, private_key_pem
from demo.fleet import Defect, make_fleet
from demo.organization import make_orgs, make_seed
from demo.proxy import GitHubProxy
from demo.relay import WebhookRelay
from demo.story.mibot_process import MibotProcess, make_settings
from demo.story.screen import Screen
from demo.world import World

DEFECTS = (Defect.YAML,)
"""One instance cannot be read: mibot reports it and continues with the others."""

DEPLOYMENT_SECONDS = 2.0
BACKUP_SECONDS = 1.0


@dataclass(frozen=True)
class DemoEnvironment:
    """GitHub with its people and repositories, Google's APIs, and mibot."""

    world: World
    service: MibotProcess
    cloud: Cloud


@contextmanager
def start_environment(screen: Screen, folder: Path, size: int, port: int | None) -> Iterator[DemoEnvironment]:
    """Run all of it until the context ends: a fleet of `size` instances, GitHub on `port` (None: a free one), and
    mibot with its files in `folder`.

    Raises EmulatorError, GitHubError and ServiceError.
    """
    with ExitStack() as stack:
        with screen.step("the emulated GitHub is installed"):
            install()
        service_port = free_port()
        relay = stack.enter_context(WebhookRelay(f"http://127.0.0.1:{service_port}/webhooks/github"))
        (org,) = make_orgs(1, private_key_pem(), relay.url)
        with screen.step("GitHub runs here, with an organization, five people and the App"):
            emulator = stack.enter_context(Emulator(make_seed([org])))
            github = stack.enter_context(GitHubProxy(emulator.url, org, port))
            github.actions.run_automatically(DEPLOYMENT_SECONDS)
        world = World(github.url, org, fleet=partial(make_fleet, size, broken=DEFECTS))
        with screen.step(f"the deployment repository has {size} instances, and one more that can't be read"):
            fleet = world.build()
        with screen.step("Google's APIs run here, with the instances' VMs, databases and front ends"):
            cloud = stack.enter_context(Cloud())
            cloud.set_up_fleet(fleet, lambda slug: f"sourcegraph-managed-{slug}")
            cloud.compute.set_outcome(BACKUP_SECONDS)
            cloud.sql.set_outcome(BACKUP_SECONDS)
            github.actions.on_end = cloud.on_run_completed
        config = folder / "mibot.toml"
        config.touch(mode=0o600)
        config.write_text(make_settings(org, folder, github.url, cloud.settings))
        with screen.step("mibot serves"):
            service = stack.enter_context(MibotProcess(config, service_port))
        yield DemoEnvironment(world, service, cloud)
