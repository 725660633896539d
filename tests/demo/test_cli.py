"""The demo as somebody starts it who has no account anywhere, and talks to it from a second terminal."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from demo.cli import app
from demo.story import client
from demo.story.client import info_path
from demo.story.workspace import temporary_workspace

DEMO_ENDING = "Ctrl-C ends it all."
TIMEOUT = 90.0


class Terminal:
    """A demo in a terminal of its own. It writes to the disk only below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("tmp", "cache"):
            (folder / name).mkdir()
        self._output = folder / "output"
        self._process: subprocess.Popen[bytes] | None = None
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MIBOT_")}
        places = {"TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "cache")}
        self._environment = inherited | places | {"COLUMNS": "80"}

    def start(self, *arguments: str) -> Terminal:
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "demo", *arguments],
                env=self._environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_for_output(self, words: str) -> None:
        self._wait_until(lambda: words in self.output)

    def send(self, *numbers: int) -> int:
        """Send it signals; returns its exit status."""
        assert self._process
        for number in numbers:
            self._process.send_signal(number)
        return self._process.wait(TIMEOUT)

    def wait_for_exit(self) -> int:
        assert self._process
        return self._process.wait(TIMEOUT)

    def run_demo_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python3 dev.py demo ARGS` in a second terminal."""
        command = [sys.executable, "-m", "demo", *arguments]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )

    @property
    def processes(self) -> list[str]:
        """The demo's processes: all whose command line names a file in its folder for temporary files."""
        temporary = str(self.folder / "tmp")
        found = []
        for process in psutil.process_iter(["cmdline"]):
            with contextlib.suppress(psutil.Error):
                command = " ".join(process.info["cmdline"] or [])
                if temporary in command and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(command)
        return found

    def wait_for_no_processes(self) -> None:
        self._wait_until(lambda: not self.processes)

    def _wait_until(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not what():
            assert time.monotonic() < deadline, f"{self.processes}\n{self.output}"
            time.sleep(0.05)

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()
    terminal.wait_for_no_processes()


@pytest.mark.e2e
def test_the_main_job_is_told_and_ends_by_itself(terminal: Terminal) -> None:
    assert terminal.start("--no-wait", "--size", "8").wait_for_exit() == 0, terminal.output
    steps = re.findall(r"^ *\d+\.\d s  ✓ (.*)$", terminal.output, re.MULTILINE)
    assert len(steps) >= 18
    assert "✗" not in terminal.output
    for words in (
        "mibot opens the tracker with every instance in order of work",
        "folder with tree",
        "  ../../../golden/docker-compose.3.40.0.yaml",
        "→ ../../../golden/docker-compose.3.40.1.yaml",
        "Health checks before the upgrade",
        "👀 approved · Upgrade rctest.sourcegraph.com",
        "Health checks after the deployment",
        "☑ ✅ done · Upgrade rctest.sourcegraph.com — #1 · 3.40.1",
        "Sorry, /upgrade",
        "3.40.1 (tracker #2): █",
        " % · 1 of ",
        "The golden file is merged first",
        "golden: prepare v3.40.2",
        "research: upgrade to v3.40.2",
        "-  searcher-0:",
        "rctest: roll back from v3.40.1 to v3.40.0",
        "rolled back to 3.40.0 by dana",
    ):
        assert words in terminal.output
    assert "<!--" not in terminal.output
    assert max(cell_len(line) for line in terminal.output.splitlines()) <= 80
    assert list((terminal.folder / "tmp").glob("mibot-*")) == []
    terminal.wait_for_no_processes()


@pytest.mark.e2e
def test_it_stays_up_and_is_talked_to_until_ctrl_c(terminal: Terminal) -> None:
    terminal.start("--size", "6").wait_for_output(DEMO_ENDING)
    assert len(terminal.processes) >= 2
    said = terminal.run_demo_command("say", "/upgrade demo\n/check research")
    assert said.returncode == 0, said.stderr
    assert "demo.sourcegraph.com: 3.40.0 → 3.40.1, #5 open, waiting for a review." in said.stdout
    assert "│ research.sourcegraph.com " in said.stdout
    assert said.stdout.count("checks passed · ") == 2, "before the upgrade of one, and now of the other"
    assert "Sorry, /upgrade" in terminal.run_demo_command("say", "/upgrade tpgi", "--as", "sam").stdout
    assert "no command" in terminal.run_demo_command("say", "good morning").stdout
    assert "rio has approved" in terminal.run_demo_command("approve", "5").stdout
    assert "dana has merged" in terminal.run_demo_command("merge", "5").stdout
    assert "☐ ⬜ not started · Upgrade tpgi.sourcegraph.com" in terminal.run_demo_command("show").stdout
    assert "3.40.1 upgrade managed instances" in terminal.run_demo_command("show", "1").stdout
    for arguments, sentence in (
        (("say", "/help", "--as", "bob"), "There is nobody called bob"),
        (("say", " "), "A comment needs words"),
        (("merge", "99"), "There is no pull request #99"),
        (("approve", "1"), "Pull request #1 is merged already."),
        (("show", "99"), "There is no issue #99."),
    ):
        refused = terminal.run_demo_command(*arguments)
        assert refused.returncode == 1
        assert sentence in refused.stderr
    assert terminal.send(signal.SIGINT) == 0
    assert "nothing is left running" in terminal.output
    assert terminal.processes == []
    assert list((terminal.folder / "tmp").glob("mibot-*")) == []
    gone = terminal.run_demo_command("show")
    assert gone.returncode == 1
    assert (
        "No demo of this folder is running; start one in another terminal with `python3 dev.py demo`." in gone.stderr
    )


@pytest.mark.e2e
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_in_the_middle_of_the_story_it_leaves_no_process_either(terminal: Terminal, number: int, status: int) -> None:
    terminal.start().wait_for_output("mibot serves")
    assert "still playing its story" in terminal.run_demo_command("show").stderr
    assert terminal.send(number) == status
    terminal.wait_for_no_processes()


@pytest.mark.e2e
def test_an_impatient_second_ctrl_c_leaves_no_key_behind(terminal: Terminal) -> None:
    terminal.start().wait_for_output("GitHub runs here")
    assert terminal.send(signal.SIGINT, signal.SIGINT, signal.SIGINT) == 130
    assert "Traceback" not in terminal.output
    terminal.wait_for_no_processes()
    assert list((terminal.folder / "tmp").iterdir()) == []


def test_the_folder_of_a_demo_that_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hold = f"""if True:
        import os, signal, tempfile
        from demo.story.workspace import temporary_workspace
        tempfile.tempdir = {str(tmp_path)!r}
        with temporary_workspace() as folder:
            (folder / "private-key.pem").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", hold], check=False, timeout=TIMEOUT)
    (abandoned,) = tmp_path.iterdir()
    assert (abandoned / "private-key.pem").exists()
    with temporary_workspace() as mine, temporary_workspace() as another:
        assert set(tmp_path.iterdir()) == {mine}
        assert another.parent == mine
    assert list(tmp_path.iterdir()) == []


def test_the_demo_of_another_checkout_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    here = info_path()
    monkeypatch.setattr(client, "CHECKOUT", tmp_path)
    assert info_path() != here


def test_a_demo_that_was_killed_is_told_from_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "mibot").mkdir()
    file = info_path()
    info = {"pid": 1, "api_url": "http://127.0.0.1:1", "tracker": 2, "config": "mibot.toml"}
    file.write_text(json.dumps(info))
    shown = CliRunner().invoke(app, ["show"])
    assert (shown.exit_code, shown.stderr) == (
        1,
        "demo: The demo has ended; start another one with `python3 dev.py demo`.\n",
    )
    file.write_text("{}")
    assert "No demo of this folder is running" in CliRunner().invoke(app, ["say", "/help"]).stderr


def test_a_port_that_is_taken_is_told(terminal: Terminal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert terminal.start("--no-wait", "--port", str(other.getsockname()[1])).wait_for_exit() == 1
    assert "is taken: end what listens there, or choose another" in " ".join(terminal.output.split())
