"""Requests for one upgrade pull request when the repository's files are known."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stage import counted, deployment_of, world_of
from bot.adapters.store import Database, SqlLedger
from bot.domain.chat.replies import TrackerRecord
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.versions import Version
from bot.rendering import pull_body
from bot.services.fleet_reader import Fleets
from bot.services.planner import Planner
from bot.services.pull_requests import PullMaker
from bot.services.upgrade_pull_requests import PullOpener

TARGET = Version(3, 40, 1)


class NoUpstream:
    """Upstream's releases are asked for only where a step leads to another major."""

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002
        raise AssertionError("not needed within one major, when the golden file is there")

    def compose_file(self, version: Version) -> bytes:  # noqa: ARG002
        raise AssertionError("not needed when the golden file is there")


def main() -> None:
    print("One upgrade pull request, files known (requests to the deployment repository)")
    print(f"{'instance':<28}{'to know files':>16}{'reading':>8}{'writing':>8}")
    with TemporaryDirectory() as folder, world_of(12) as (world, proxy):
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        database.migrate()
        ledger = SqlLedger(database)
        ledger.save_tracker(TrackerRecord(TARGET, 1, "https://github.com/o/r/issues/1", "dana"))
        deployment = deployment_of(proxy)
        fleets = Fleets(deployment)
        fleets.now()
        planner = Planner(deployment, NoUpstream(), frozenset)
        pulls = PullMaker(deployment, pull_body)
        opener = PullOpener(deployment, ledger, fleets, planner, pulls, lambda: datetime.now(UTC))
        for slug in [i.slug for i in fleets.recent() if not i.skip_reason][:4]:
            since = len(proxy.sent())
            seen = fleets.sighting()
            instance = seen.fleet.get(slug)
            assert instance is not None
            planner.upgrade(seen, instance, TARGET)
            first = counted(proxy, since)[0]
            since = len(proxy.sent())
            opened = opener.open(Upgrade(slug, TARGET, Stage.PLANNED, "dana", datetime.now(UTC)))
            assert opened.number is not None
            reads, writes = counted(proxy, since)
            shown = slug if slug in world.fleet.internal else "a customer's"
            print(f"{shown:<28}{first:>16}{reads:>8}{writes:>8}")
        database.close()
