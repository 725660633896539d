"""The demo from beginning to end, and what one is told at its end."""

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

from demo.cast import OPERATORS
from demo.emulator import EmulatorError
from demo.merging import MergeError
from demo.screen import Screen, StepTimeoutError
from demo.seed import GitHubError
from demo.sequel import FollowUpStory
from demo.service import ServiceError
from demo.stage import DemoEnvironment, start_environment
from demo.story import Story, StoryResult
from demo.visit import DemoInfo, publish_info

FAILURES = (EmulatorError, GitHubError, MergeError, StepTimeoutError, ServiceError, requests.RequestException)
INTERRUPTED = 130
TERMINATION_SIGNALS = (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""What ends a demo as Ctrl-C does: a closed terminal, too."""


def play(console: Console, size: int, port: int | None, *, stay: bool) -> int:
    """Set the stage, tell the story, and stay up until Ctrl-C when `stay`; the exit status."""
    screen = Screen(console)
    told = False
    before = {number: signal.signal(number, _interrupt) for number in TERMINATION_SIGNALS}
    try:
        screen.section("Setting the stage; nothing leaves this machine")
        with start_environment(screen, size, port) as stage:
            try:
                ending = Story(stage, screen).run()
                FollowUpStory(stage, screen).run(ending)
            except FAILURES:
                _show_log(screen, stage)
                raise
            told = True
            if stay:
                _keep_running(screen, stage, ending)
    except KeyboardInterrupt:
        console.print("\nEnded; nothing is left running.")
        return 0 if told else INTERRUPTED
    except FAILURES as error:
        screen.failed(str(error))
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    console.print(f"\nThe story is told, in {screen.seconds:.0f} s; nothing is left running.")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _show_log(screen: Screen, stage: DemoEnvironment) -> None:
    """The end of mibot's log: with the stage it would be gone."""
    screen.console.print(Text("\nThe end of mibot's log:", "bold"))
    screen.console.print(Text(stage.service.tail(), "dim"), soft_wrap=True)


def _keep_running(screen: Screen, stage: DemoEnvironment, ending: StoryResult) -> None:
    notice = DemoInfo(os.getpid(), stage.world.api_url, ending.tracker, str(stage.service.config))
    with publish_info(notice):
        screen.section("It stays up; go on from a second terminal, in this folder")
        for line in _usage_examples(stage, ending):
            screen.console.print(Text(line), soft_wrap=True)
        screen.console.print(Text("\nCtrl-C ends it all.", "bold"))
        while stage.service.alive:
            time.sleep(0.5)
    _show_log(screen, stage)
    raise ServiceError("mibot has ended")


def _usage_examples(stage: DemoEnvironment, ending: StoryResult) -> list[str]:
    """What to type, ready to be pasted."""
    mibot, config = mibot_command(), shlex.quote(str(stage.service.config))
    org, engineer = stage.world.org, OPERATORS[0]
    tracker = f"{stage.world.api_url}/repos/{org.releases}/issues/{ending.tracker}"
    authorization = f'-H "Authorization: Bearer {org.token(engineer)}"'
    body = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"body\"])'"
    return [
        "Comment as one of the people and read the reply, look at the tracker, approve and merge:",
        f'  {mibot} demo say "/upgrade demo"',
        f'  {mibot} demo say "/check rctest" --as lee',
        f"  {mibot} demo show",
        f"  {mibot} demo approve {ending.pull + 1}",
        f"  {mibot} demo merge {ending.pull + 1}",
        "",
        "Ask mibot itself, from GitHub as it is now:",
        f"  export MIBOT_CONFIG={config}",
        f"  {mibot} fleet",
        f"  {mibot} upgrade tpgi 3.40.1 --dry-run",
        f"  {mibot} evidence 3.40.1",
        f"  {mibot} doctor",
        "",
        f"Or with curl alone, as {engineer}: comment on the tracker, and read it:",
        f'  curl -s -o /dev/null {authorization} {tracker}/comments -d \'{{"body": "/status"}}\'',
        f"  curl -s {authorization} {tracker} | {body}",
        "",
        f"GitHub's API is at {stage.world.api_url}, mibot at {stage.service.url} (/healthz, /readyz, /metrics),",
        f"Google's APIs at {', '.join(stage.cloud.settings['gcp'].values())};",
        f"mibot's log is {stage.service.log_file}.",
    ]


def mibot_command() -> str:
    """How `mibot` is typed in this folder: the program beside this Python, which need not be on the PATH."""
    program = Path(sys.executable).parent / "mibot"
    if not program.exists():
        return f"{shlex.quote(sys.executable)} -m bot.cli"
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    return shlex.quote(str(program))
