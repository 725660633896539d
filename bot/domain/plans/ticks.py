"""Ticks in the test plan of a pull request: mibot's own, with the proof beside them, and people's, which it keeps."""

from __future__ import annotations

import re

VERIFIED = "(verified by mibot"
"""Begins the proof behind a box that mibot ticked."""
_TASK = re.compile(r"(?P<head>\s*[-*+] \[)(?P<tick>[ xX])(?P<rest>\] .*)")


def keep_ticks(body: str, earlier: str) -> str:
    """The body with the ticks of an earlier one of the same pull request, whoever set them.

    A box that mibot ticked and somebody cleared stays cleared. Boxes with other words are new ones.
    """
    ticked: dict[str, bool] = {}
    for line in earlier.splitlines():
        task = _TASK.fullmatch(line.rstrip())
        if task and (task["tick"] in "xX" or VERIFIED in task["rest"]):
            ticked[_words(task["rest"])] = task["tick"] in "xX"
    return "\n".join(_with_tick(line, ticked) for line in body.split("\n"))


def _with_tick(line: str, ticked: dict[str, bool]) -> str:
    task = _TASK.fullmatch(line)
    if task is None or _words(task["rest"]) not in ticked:
        return line
    return f"{task['head']}{'x' if ticked[_words(task['rest'])] else ' '}{task['rest']}"


def _words(rest: str) -> str:
    """What the box is about, without mibot's proof, which changes with each commit."""
    return " ".join(rest.partition(VERIFIED)[0].split())
