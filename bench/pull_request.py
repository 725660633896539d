"""Requests for one upgrade pull request when the repository's files are cached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stage import count_requests, make_deployment, make_world
from bot.adapters.store import Database, SqlStore
from bot.domain.github_models import Issue
from bot.domain.tracker.record import TrackerRecord
from bot.domain.upgrade.record import Stage, Upgrade
from bot.domain.versions import Version
from bot.notifications import interested_channels
from bot.rendering.pull_requests import render_pull_request_body
from bot.schema import CODEC
from bot.services.creator import Creator
from bot.services.fleet_reader import FleetReader
from bot.services.planner import Planner
from bot.services.pull_contents import ContentReader
from bot.services.pull_requests import PullRequestWriter
from bot.services.tracker_states import TrackerStates
from bot.services.upgrade_pull_requests import PullRequestService
from bot.wiring.services import utc_now

TARGET = Version(3, 40, 1)


class NoUpstream:
    """Upstream's releases are needed only for a step to another major version."""

    def releases(self, wanted: Collection[Version] = ()) -> frozenset[Version]:  # noqa: ARG002
        raise AssertionError("not needed within one major, when the golden file is there")

    def compose_file(self, version: Version) -> bytes:  # noqa: ARG002
        raise AssertionError("not needed when the golden file is there")


class OpenTrackers:
    """The tracker, which is open; it is not in the deployment repository."""

    def issue(self, number: int) -> Issue:
        return Issue(number, "", "", frozenset(), "mibot[bot]", True, True, "https://x", utc_now())

    def list_issues(
        self,
        labels: Iterable[str],  # noqa: ARG002 - the port's
        *,
        state: str,  # noqa: ARG002
        since: datetime | None = None,  # noqa: ARG002
    ) -> Sequence[Issue]:
        raise AssertionError("not needed while the tracker is there")


def main() -> None:
    print("One upgrade pull request, files known (requests to the deployment repository)")
    print(f"{'instance':<28}{'to know files':>16}{'reading':>8}{'writing':>8}")
    with TemporaryDirectory() as folder, make_world(12) as (world, proxy):
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        database.migrate()
        store = SqlStore(database, CODEC, interested_channels)
        store.save_tracker(TrackerRecord(TARGET, 1, "https://github.com/o/r/issues/1", "dana"))
        deployment = make_deployment(proxy)
        fleets = FleetReader(deployment.files)
        fleets.current()
        planner = Planner(deployment.files, NoUpstream(), frozenset)
        creator = Creator(store, lambda: datetime.now(UTC), lag=30.0)
        pulls = PullRequestWriter(deployment.branches, deployment.pull_requests, render_pull_request_body, creator)
        trackers = TrackerStates(OpenTrackers(), "team/cloud")
        contents = ContentReader(deployment.branches, deployment.files, deployment.files, planner)
        opener = PullRequestService(
            deployment.branches, deployment.files, store, fleets, planner, pulls, contents, trackers, utc_now
        )
        for slug in [i.slug for i in fleets.recent() if not i.skip_reason][:4]:
            since = len(proxy.sent())
            seen = fleets.current_view()
            instance = seen.fleet.get(slug)
            assert instance is not None
            planner.upgrade(seen, instance, TARGET)
            first = count_requests(proxy, since)[0]
            since = len(proxy.sent())
            opened = opener.open(Upgrade(slug, TARGET, Stage.PLANNED, "dana", datetime.now(UTC)))
            assert opened.pull_request.number is not None
            reads, writes = count_requests(proxy, since)
            shown = slug if slug in world.fleet.internal else "a customer's"
            print(f"{shown:<28}{first:>16}{reads:>8}{writes:>8}")
        database.close()
