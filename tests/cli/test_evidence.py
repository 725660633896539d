"""`mibot evidence VERSION`: from the store of the mibot that serves, in three forms, with a status for scripts."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.adapters.store import Database, SqlStore
from bot.cli import app
from bot.domain.upgrade.record import Upgrade
from bot.notifications import interested_channels
from bot.schema import CODEC
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings
from tests.domain.audit.evidences import TRACKER, after, complete, rolled_back
from tests.samples import modify

SaveRecords = Callable[..., Path]


@pytest.fixture
def kept(tmp_path: Path, world: World, configured: WriteSettings) -> SaveRecords:
    """Puts upgrades and a tracker into the store of a mibot that is set up well. Returns its settings file."""
    world.build()

    def keep(*upgrades: Upgrade) -> Path:
        config = configured()
        database = Database(f"sqlite:///{tmp_path / 'mibot.sqlite'}")
        database.migrate()
        store = SqlStore(database, CODEC, interested_channels)
        store.save_tracker(TRACKER)
        for upgrade in upgrades:
            store.save_upgrade(upgrade)
        database.close()
        return config

    return keep


@pytest.mark.e2e
def test_nothing_is_missing(mibot: RunMibot, kept: SaveRecords, world: World) -> None:
    customer = world.fleet.customers[0]
    config = kept(complete("rctest"), rolled_back("demo"), complete(customer, after(120)))
    shown = mibot("evidence", "v3.40.1", "--config", config)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith("# Evidence of the upgrades to 3.40.1\n")
    assert "all controls are satisfied for 3 instances" in shown.stdout
    assert "[rctest.sourcegraph.com](https://rctest.sourcegraph.com)" in shown.stdout
    assert not [name for name in world.fleet.customers if name in shown.stdout.lower()]
    document = json.loads(mibot("evidence", "3.40.1", "--format", "json", "--config", config).stdout)
    assert document["satisfied"]
    assert [one["stage"] for one in document["instances"]] == ["done", "rolled back", "done"]
    states = {one["instance"]: one["state"] for one in document["without_record"]}
    assert states["s2"] == "skipped"
    assert len(document["instances"]) + len(states) >= 12


@pytest.mark.e2e
def test_something_is_missing(mibot: RunMibot, kept: SaveRecords, tmp_path: Path) -> None:
    config = kept(modify(complete(), approved_by=()), complete("demo"))
    shown = mibot("evidence", "3.40.1", "--format", "csv", "--config", config)
    assert shown.exit_code == 3
    assert shown.stderr == "mibot: something is missing for 1 of 2 instances; 10 instances of 12 are not upgraded.\n"
    file = tmp_path / "evidence.csv"
    to_file = mibot("evidence", "3.40.1", "--format", "csv", "--output", file, "--config", config)
    assert (to_file.exit_code, to_file.stdout) == (3, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8", newline="") as opened:
        first, *others = csv.DictReader(opened)
    assert (first["instance"], first["satisfied"]) == ("rctest", "no")
    assert first["CI-98"].startswith("Nobody approved the pull request before its merge")
    told = [row["instance"] for row in csv.DictReader(io.StringIO(shown.stdout))]
    assert told == [first["instance"], *(row["instance"] for row in others)]


@pytest.mark.e2e
def test_missing_evidence_is_a_sentence_and_status_1(mibot: RunMibot, kept: SaveRecords, tmp_path: Path) -> None:
    config = kept(complete())
    unknown = mibot("evidence", "3.41.0", "--config", config)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "mibot has no data about 3.41.0: there is neither a tracker nor a record" in unknown.stderr
    nowhere = tmp_path / "nowhere" / "evidence.md"
    unwritten = mibot("evidence", "3.40.1", "--output", nowhere, "--config", config)
    assert (unwritten.exit_code, unwritten.stdout) == (1, "")
    assert f"{nowhere} can't be written: No such file or directory." in unwritten.stderr


@pytest.mark.e2e
def test_a_fleet_that_cannot_be_read(
    mibot: RunMibot, kept: SaveRecords, configured: WriteSettings, world: World
) -> None:
    kept(complete())
    nowhere = configured(**{world.org.deployment: f"{world.org.name}/nothing"})
    shown = mibot("evidence", "3.40.1", "--config", nowhere)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith("mibot: ")


@pytest.mark.e2e
def test_without_a_store_it_says_where_to_run(mibot: RunMibot, configured: WriteSettings, tmp_path: Path) -> None:
    shown = mibot("evidence", "3.40.1", "--config", configured())
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr == (
        "mibot: mibot has no store on this machine; run this where `mibot serve` runs, with its settings.\n"
    )
    assert not (tmp_path / "mibot.sqlite").exists(), "none is made"


@pytest.mark.e2e
def test_a_store_that_is_not_mibots(mibot: RunMibot, configured: WriteSettings, tmp_path: Path) -> None:
    (tmp_path / "mibot.sqlite").touch()
    shown = mibot("evidence", "3.40.1", "--config", configured())
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "the store does not belong to this version of mibot" in shown.stderr


@pytest.mark.parametrize("arguments", [("latest",), ("3.40",), ("3.40.1", "--format", "xml"), ()])
def test_wrong_use_is_status_2(mibot: RunMibot, arguments: tuple[str, ...]) -> None:
    shown = mibot("evidence", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr


def test_a_word_that_is_no_version_gets_one_sentence(mibot: RunMibot) -> None:
    shown = mibot("evidence", "latest")
    assert shown.stderr == "mibot: 'latest' is not a version; write X.Y.Z, such as 3.40.1, or X.Y.Z-rc.N.\n"


def test_the_help_lists_the_exit_statuses() -> None:
    words = " ".join(CliRunner().invoke(app, ["evidence", "--help"]).stdout.split())
    assert "The exit status is 0 when every instance that has a record satisfies all controls" in words
    assert "3 when something is missing" in words
