"""`mibot fleet`, on a clone and on GitHub."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from demo.fleet import Defect, make_fleet
from demo.world import World
from tests.cli.conftest import RunMibot, WriteSettings


def test_instances_are_in_order_of_work_and_problems_below(mibot: RunMibot, clone: Path) -> None:
    shown = mibot("fleet", "--repo", clone)
    assert shown.exit_code == 0
    fleet = make_fleet(broken=tuple(Defect))
    lines = shown.stdout.splitlines()
    names = [line.split()[0] for line in lines[2:14]]
    assert names[:2] == ["rctest", "demo"]
    assert set(names) == {specimen.slug for specimen in fleet.instances}
    assert {"rctest.sourcegraph.com", "internal", "red", "3.40.0"} <= set(lines[2].split())
    assert "left out: shared by engineering" in shown.stdout
    assert "left out: release channel is pause" in shown.stdout
    assert "tell #frontend-platform first" in shown.stdout
    for specimen in fleet.broken:
        assert any(line.startswith(specimen.slug) for line in lines[14:])
    assert "instanceType in config.yaml is unknown; use internal, trial, production" in shown.stdout
    assert lines[-1] == (
        "12 instances (6 internal, 2 trial, 4 production) · 12 on 3.40.0 · 3 left out · "
        "newest golden file 3.41.0 · 6 can't be read"
    )


def test_a_narrow_terminal_cuts_no_name_and_no_version(mibot: RunMibot, clone: Path) -> None:
    shown = mibot("fleet", "--repo", clone, columns=80)
    lines = shown.stdout.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "…" not in shown.stdout
    for specimen in make_fleet().instances:
        (line,) = [line for line in lines if line.split()[:1] == [specimen.slug]]
        assert specimen.active in line.split()
        assert specimen.version in line.split()


def test_output_without_a_terminal_has_no_colors(mibot: RunMibot, clone: Path) -> None:
    assert "\x1b" not in mibot("fleet", "--repo", clone).stdout


def test_the_state_of_each_instance_for_a_version(mibot: RunMibot, clone: Path) -> None:
    shown = mibot("fleet", "--repo", clone, "--version", "3.42.0").stdout
    assert "to 3.42.0" in shown
    assert "no: it runs 3.40.0, and 3.42.0 skips versions" in shown
    assert "Next step: 3.41.0" in shown
    assert "on it" in mibot("fleet", "--repo", clone, "--version", "v3.40.0").stdout
    candidate = mibot("fleet", "--repo", clone, "--version", "3.41.0-rc.1").stdout
    assert candidate.count("can go there") == 1
    assert "release candidates go to rctest only" in candidate


def test_json_has_the_documented_keys(mibot: RunMibot, clone: Path) -> None:
    document = json.loads(mibot("fleet", "--repo", clone, "--json", "--version", "3.40.1").stdout)
    assert set(document) == {"version", "instances", "problems", "suspended", "golden", "counts"}
    assert document["version"] == "3.40.1"
    assert document["golden"] == ["3.39.1", "3.40.0", "3.40.1", "3.41.0"]
    first = document["instances"][0]
    assert first == {
        "slug": "rctest",
        "type": "internal",
        "domain": "rctest.sourcegraph.com",
        "public": True,
        "account": None,
        "ordinal": 1,
        "deployment": "red",
        "version": "3.40.0",
        "executors": False,
        "channel": "stable",
        "left_out": "",
        "note": "",
        "trial_additional_days": 0,
        "standing": "can go there",
    }
    assert {problem["folder"] for problem in document["problems"]} == {
        specimen.slug for specimen in make_fleet(broken=tuple(Defect)).broken
    }
    assert all(len(problem["tree"]) == 10 and problem["sentence"] for problem in document["problems"])
    assert document["counts"] == {
        "instances": 12,
        "internal": 6,
        "trial": 2,
        "production": 4,
        "left_out": 3,
        "problems": 6,
        "versions": {"3.40.0": 12},
    }
    assert json.loads(mibot("fleet", "--repo", clone, "--json").stdout)["instances"][0]["standing"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--repo", "nowhere"), "There is no folder nowhere"),
        (("--repo", "."), "is not a clone of the deployment repository: it has no folder golden/."),
        (("--version", "3.40"), "'3.40' is not a version; write X.Y.Z"),
    ],
)
def test_wrong_use_is_one_sentence(mibot: RunMibot, arguments: tuple[str, ...], sentence: str) -> None:
    shown = mibot("fleet", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert sentence in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_without_a_clone_all_problems_with_the_settings_are_reported(mibot: RunMibot, tmp_path: Path) -> None:
    (tmp_path / "mibot.toml").write_text("[policy]\nmax_in_flight = 0\n[gcp]\nzoen = 1\n")
    shown = mibot("fleet")
    assert (shown.exit_code, shown.stdout) == (2, "")
    _, *lines = shown.stderr.splitlines()
    keys = {line.strip().split(":")[0] for line in lines}
    assert {"github.app_id", "repositories.releases", "policy.operators", "policy.max_in_flight", "gcp.zoen"} <= keys
    assert len(lines) == len(keys), "one line each"


@pytest.mark.e2e
def test_from_github_without_a_store(
    mibot: RunMibot, world: World, configured: WriteSettings, tmp_path: Path
) -> None:
    world.build(make_fleet(8, broken=(Defect.YAML,)))
    shown = mibot("fleet", "--config", configured(), "--json")
    assert shown.exit_code == 0, shown.stderr
    document = json.loads(shown.stdout)
    assert document["counts"]["instances"] == 8
    assert document["counts"]["problems"] == 1
    assert not list(tmp_path.glob("*.sqlite*")), "a command that looks makes no store"


@pytest.mark.e2e
def test_the_installed_command_prints_only_json(world: World, configured: WriteSettings, tmp_path: Path) -> None:
    world.build()
    command = [
        sys.executable,
        "-m",
        "bot.cli",
        "fleet",
        "--config",
        str(configured()),
        "--json",
        "--version",
        "4.0.0",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    standing = json.loads(done.stdout)["instances"][0]["standing"]
    assert standing.startswith("no: it runs 3.40.0, and 4.0.0 skips versions")


@pytest.mark.e2e
def test_a_refusal_by_github_is_one_sentence(mibot: RunMibot, world: World, configured: WriteSettings) -> None:
    world.build()
    shown = mibot("fleet", "--config", configured(**{world.org.deployment: f"{world.org.name}/nothing"}))
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith("mibot: ")
    assert shown.stderr.count("\n") == 1
