"""Plays the demo from beginning to end, and then prints what to try next."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import requests
from rich.console import Console
from rich.text import Text

from demo.emulator import EmulatorError
from demo.github_api import GitHubError
from demo.merging import MergeError
from demo.organization import OPERATORS
from demo.story.client import DemoInfo, publish_info
from demo.story.environment import DemoEnvironment, start_environment
from demo.story.follow_up import FollowUpStory
from demo.story.main_job import MainJobStory, StoryResult
from demo.story.mibot_process import ServiceError
from demo.story.screen import Screen, StepTimeoutError
from demo.story.workspace import temporary_workspace

FAILURES = (EmulatorError, GitHubError, MergeError, StepTimeoutError, ServiceError, requests.RequestException)
INTERRUPTED = 130
DEMO = "python3 dev.py demo"
TERMINATION_SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""Signals that end a demo; SIGINT is Ctrl-C, SIGHUP comes from a closed terminal."""


def play(console: Console, size: int, port: int | None, *, stay: bool) -> int:
    """Start the environment, play the story, and keep running until Ctrl-C when `stay`; returns the exit status."""
    screen = Screen(console)
    finished = False
    before = {number: signal.signal(number, _interrupt) for number in TERMINATION_SIGNALS}
    try:
        screen.section("Starting everything; nothing leaves this machine")
        with temporary_workspace() as folder, start_environment(screen, folder, size, port) as environment:
            with publish_info(_info(environment, tracker=None)):
                result = _play_stories(screen, environment)
            finished = True
            if stay:
                _keep_running(screen, environment, result)
    except KeyboardInterrupt:
        console.print("\nEnded; nothing is left running.")
        return 0 if finished else INTERRUPTED
    except FAILURES as error:
        screen.failed(str(error))
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    console.print(f"\nFinished in {screen.seconds:.0f} s; nothing is left running.")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """End the demo. A second signal must not interrupt the cleaning up."""
    for number in TERMINATION_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _play_stories(screen: Screen, environment: DemoEnvironment) -> StoryResult:
    try:
        result = MainJobStory(environment, screen).run()
        return FollowUpStory(environment, screen).run(result)
    except FAILURES:
        _show_log(screen, environment)
        raise


def _info(environment: DemoEnvironment, tracker: int | None) -> DemoInfo:
    return DemoInfo(os.getpid(), environment.world.api_url, tracker, str(environment.service.config))


def _show_log(screen: Screen, environment: DemoEnvironment) -> None:
    """Print the end of mibot's log, because the file is deleted with the environment."""
    screen.console.print(Text("\nThe end of mibot's log:", "bold"))
    screen.console.print(Text(environment.service.tail(), "dim"), soft_wrap=True)


def _keep_running(screen: Screen, environment: DemoEnvironment, result: StoryResult) -> None:
    with publish_info(_info(environment, result.tracker)):
        screen.section("It keeps running; continue from a second terminal, in this folder")
        for line in _usage_examples(environment, result):
            screen.console.print(Text(line), soft_wrap=True)
        screen.console.print(Text("\nCtrl-C ends it all.", "bold"))
        while environment.service.alive:
            time.sleep(0.5)
    _show_log(screen, environment)
    raise ServiceError("mibot has ended")


def _usage_examples(environment: DemoEnvironment, result: StoryResult) -> list[str]:
    """Commands to paste."""
    mibot, config = mibot_command(), shlex.quote(str(environment.service.config))
    org, engineer = environment.world.org, OPERATORS[0]
    tracker = f"{environment.world.api_url}/repos/{org.releases}/issues/{result.tracker}"
    authorization = f'-H "Authorization: Bearer {org.token(engineer)}"'
    body = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"body\"])'"
    return [
        "Comment as one of the people and read the reply, show the tracker, approve, merge:",
        f'  {DEMO} say "/upgrade demo"',
        f'  {DEMO} say "/check rctest" --as lee',
        f"  {DEMO} show",
        f"  {DEMO} approve {result.pull}",
        f"  {DEMO} merge {result.pull}",
        "",
        "Run mibot's own commands against this GitHub:",
        f"  export MIBOT_CONFIG={config}",
        f"  {mibot} fleet",
        f"  {mibot} upgrade tpgi 3.40.1 --dry-run",
        f"  {mibot} evidence 3.40.1",
        f"  {mibot} doctor",
        "",
        f"Or use curl, as {engineer}: comment on the tracker, and read it:",
        f'  curl -s -o /dev/null {authorization} {tracker}/comments -d \'{{"body": "/status"}}\'',
        f"  curl -s {authorization} {tracker} | {body}",
        "",
        f"GitHub's API is at {environment.world.api_url},",
        f"mibot at {environment.service.url} (/healthz, /readyz, /metrics),",
        f"Google's APIs at {', '.join(environment.cloud.settings['gcp'].values())};",
        f"mibot's log is {environment.service.log_file}.",
    ]


def mibot_command() -> str:
    """How to call `mibot` in this folder: the program beside this Python, because it may not be on the PATH."""
    program = Path(sys.executable).parent / "mibot"
    if not program.exists():
        return f"{shlex.quote(sys.executable)} -m bot.cli"
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    return shlex.quote(str(program))
