"""The emulated GitHub as a process: it starts, it ends, and it never stays behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from demo.emulator import Emulator, EmulatorError, free_port, install, installation, private_key_pem

PARENT = """
import sys
from demo.emulator import Emulator
emulator = Emulator({"github": {}})
print(emulator.pid, flush=True)
sys.stdin.read()
"""


def gone(pid: int, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_a_private_key_is_an_rsa_key_as_github_hands_them_out() -> None:
    assert private_key_pem().startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert private_key_pem() != private_key_pem()


def test_the_lock_file_pins_contents_and_names_no_registry() -> None:
    lock = installation.LOCK.read_text()
    assert '"version": "0.12.2"' in lock
    assert '"resolved"' not in lock
    assert not re.search(r"https?://(?!github\.com/sponsors/)", lock)
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')


def test_what_is_installed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    monkeypatch.setattr(installation, "npm", lambda: Path("no-such-npm"))
    assert install().is_file()


def test_a_failed_installation_says_what_npm_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(installation, "npm", lambda: tmp_path / "no-such-npm.js")
    with pytest.raises(EmulatorError, match=r"npm could not install .* Cannot find module"):
        install()


@pytest.mark.e2e
def test_it_answers_and_ends() -> None:
    with Emulator({"github": {"users": [{"login": "sam"}]}}) as emulator:
        pid = emulator.pid
        with urllib.request.urlopen(f"{emulator.url}/users/sam") as answer:
            assert f'"url":"{emulator.url}/users/sam"'.encode() in answer.read()
    assert pid is not None
    assert gone(pid)
    emulator.close()


@pytest.mark.e2e
def test_a_seed_it_does_not_understand_is_told_in_its_words() -> None:
    with pytest.raises(EmulatorError, match=r"ended before it answered .*Unknown config key"):
        Emulator({"github": {}, "gitlab": {}})


@pytest.mark.e2e
def test_a_port_that_is_taken_is_told() -> None:
    port = free_port()
    with Emulator({"github": {}}, port=port), pytest.raises(EmulatorError, match=f"Port {port} is taken"):
        Emulator({"github": {}}, port=port)


@pytest.mark.e2e
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_it_does_not_survive_a_killed_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.send_signal(signal.SIGKILL)
    assert gone(pid)
