"""`--json`: every command that shows something prints it for scripts, too, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import Result

from bot.cli import app
from demo.fleet import compose_file, make_fleet
from tests.cli.conftest import RunMibot

LINK = "rctest/red/docker-compose/docker-compose.yaml"
SILENT = {"serve"}


def document(result: Result, status: int = 0) -> dict[str, Any]:
    assert (result.exit_code, result.stderr) == (status, "")
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("command", sorted(get_command(app).commands.keys() - SILENT))  # type: ignore[attr-defined]
def test_every_command_that_shows_data_takes_it(mibot: RunMibot, command: str) -> None:
    assert "--json" in mibot(command, "--help").stdout


def test_an_upgrade_that_would_be_made(mibot: RunMibot, clone: Path) -> None:
    shown = document(mibot("upgrade", "rctest", "3.40.1", "--dry-run", "--no-checks", "--json", "--repo", clone))
    assert (shown["instance"], shown["version"], shown["possible"], shown["refusal"]) == (
        "rctest", "3.40.1", True, None,
    )  # fmt: skip
    assert (shown["tracker"], shown["preparation"], shown["checks"]) == (None, None, [])
    pull = shown["pull_request"]
    assert (pull["branch"], pull["title"], pull["labels"]) == (
        "rctest/upgrade-v3.40.1", "rctest: upgrade to v3.40.1", ["mi-upgrade"],
    )  # fmt: skip
    assert {
        "path": LINK,
        "is_link": True,
        "before": "../../../golden/docker-compose.3.40.0.yaml",
        "after": "../../../golden/docker-compose.3.40.1.yaml",
    } in pull["files"]


def test_an_upgrade_that_is_refused(mibot: RunMibot, clone: Path) -> None:
    shown = document(mibot("upgrade", "rctest", "3.40.0", "--dry-run", "--json", "--repo", clone), 1)
    assert shown == {
        "instance": "rctest", "version": "3.40.0", "possible": False, "refusal": "it already runs 3.40.0.",
    }  # fmt: skip


def test_a_preparation(mibot: RunMibot, tmp_path: Path) -> None:
    make_fleet().write_to(tmp_path / "clone")
    upstream = tmp_path / "upstream.yaml"
    upstream.write_text(compose_file("3.40.2"))
    options = ("--repo", tmp_path / "clone", "--upstream", upstream)
    shown = document(mibot("prepare", "3.40.2", "--dry-run", "--json", *options))
    assert shown["possible"]
    assert "golden/docker-compose.3.40.2.yaml" in {file["path"] for file in shown["pull_request"]["files"]}
    there = document(mibot("prepare", "3.40.0", "--dry-run", "--json", *options))
    assert (there["possible"], there["pull_request"]) == (True, None)


@pytest.mark.parametrize("command", [("upgrade", "rctest", "3.40.1"), ("prepare", "3.40.1")])
def test_a_change_that_is_made_has_nothing_to_show(mibot: RunMibot, clone: Path, command: tuple[str, ...]) -> None:
    refused = mibot(*command, "--write", "--json", "--repo", clone)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--json shows a --dry-run" in refused.stderr


def test_a_doctor_without_settings(mibot: RunMibot) -> None:
    shown = document(mibot("doctor", "--json"), 1)
    assert {row["state"] for row in shown["findings"]} == {"fail"}
    assert shown["counts"] == {"pass": 0, "fail": len(shown["findings"]), "unknown": 0}
    assert "MIBOT_GITHUB__APP_ID" in shown["findings"][0]["sentence"]
