"""The process itself: its supervisor, its end, and other processes on its store."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from demo.cloud import Cloud
from demo.world import World
from tests.stories.process import MibotProcess
from tests.stories.story import Story
from tests.world.proxy import Proxy

pytestmark = pytest.mark.e2e


@pytest.fixture
def story(world: World, proxy: Proxy, mibot: MibotProcess, cloud: Cloud) -> Story:
    """A mibot that was started the way people start it."""
    world.build()
    mibot.start(preloaded=False)
    return Story(world, proxy, mibot, cloud)


def servers(story: Story) -> list[psutil.Process]:
    return psutil.Process(story.mibot.pid).children()


def test_the_serving_process_dies_and_is_started_anew(story: Story) -> None:
    story.open_release_issue()
    number = story.tracker()["number"]
    (server,) = servers(story)
    os.kill(server.pid, signal.SIGKILL)
    story.eventually(lambda: [p for p in servers(story) if p.pid != server.pid and p.is_running()])
    story.mibot.wait_until_ready()
    order = story.comment(number, "/status")
    story.wait_for_reply(number, order, "No upgrade has been requested")


def test_the_supervisor_dies_and_leaves_no_orphan(story: Story) -> None:
    (server,) = servers(story)
    os.kill(story.mibot.pid, signal.SIGKILL)
    gone, _ = psutil.wait_procs([server], timeout=5)
    assert gone
    story.mibot.start(preloaded=False)
    release = story.open_release_issue()
    order = story.comment(release, "/help")
    story.wait_for_reply(release, order, "`/upgrade")


def test_a_second_mibot_on_the_same_store_is_told_so(story: Story) -> None:
    started = time.monotonic()
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(story.mibot.port + 1)]
    second = subprocess.run(
        command, env=story.mibot.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 1
    assert "another mibot uses" in second.stderr
    assert "Traceback" not in second.stderr
    assert time.monotonic() - started < 30


def test_a_taken_port_is_told_in_one_sentence(story: Story) -> None:
    story.mibot.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = story.mibot.run("serve", "--port", str(port))
    assert (refused.returncode, refused.stdout) == (1, "")
    sentence = f"mibot: port {port} on 127.0.0.1 is taken by another program; choose another with --port."
    assert refused.stderr.splitlines()[-1] == sentence
    assert "serving" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_slow_senders_stop_neither_health_nor_deliveries(story: Story) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            sender = stack.enter_context(socket.create_connection(("127.0.0.1", story.mibot.port), 10))
            sender.sendall(b"POST /webhooks/github HTTP/1.1\r\nHost: mibot\r\nContent-Length: 9000\r\n\r\n{")
        with urllib.request.urlopen(f"{story.mibot.url}/healthz", timeout=4) as answer:
            assert answer.read() == b"ok\n"
        release = story.open_release_issue()  # its webhook comes through
        story.tracker()
        assert sender.recv(100).startswith(b"HTTP/1.1 408 ")
    order = story.comment(release, "/help")
    story.wait_for_reply(release, order, "`/upgrade")


def test_it_does_not_start_without_its_settings(story: Story) -> None:
    missing = story.mibot.run("serve", MIBOT_GITHUB__WEBHOOK_SECRET="", MIBOT_REPOSITORIES__RELEASES="nonsense")
    assert missing.returncode == 2
    assert "webhook_secret" in missing.stderr
    assert "repositories.releases" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_no_secret_is_ever_logged(story: Story, tmp_path: Path) -> None:
    release = story.open_release_issue()
    order = story.comment(release, "/upgrade rctest")
    story.wait_for_reply(release, order, "waiting for a review")
    log = story.mibot.log
    tokens = {str(e.request.headers.get("authorization", "")).split()[-1] for e in story.proxy.sent()}
    secrets = {story.proxy.org.webhook_secret, story.proxy.org.private_key.splitlines()[1], *(t for t in tokens if t)}
    assert len(secrets) > 2
    assert not [secret for secret in secrets if secret in log]
    assert story.mibot.stop() == 0
