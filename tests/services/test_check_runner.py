"""The runner: checks run side by side, and one that hangs or breaks hurts no other."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import structlog
from structlog.testing import capture_logs

from bot.domain.fleet.model import DeploymentColor, Instance, InstanceType
from bot.domain.health.model import Check, CheckContext, CheckResult, CheckState, CloudConfig, Phase, Verdict
from bot.domain.health.queries import Answer, MachineQuery, Machines, Query, Unavailable
from bot.domain.health.reasons import CheckCrashed, CheckTimedOut
from bot.domain.reasons import PlainText
from bot.domain.versions import Version
from bot.services.check_runner import run_checks

RCTEST = Instance("rctest", InstanceType.INTERNAL, "rctest.sourcegraph.com", DeploymentColor.RED, Version(3, 40, 1))
PLACES = CloudConfig()
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class FakeInspector:
    """An inspector that answers by the queried machine's name."""

    def __init__(self, **answers: Callable[[], Answer]) -> None:
        self.answers = answers

    def fetch(self, query: Query) -> Answer:
        assert isinstance(query, MachineQuery)
        return self.answers.get(query.names[0], lambda: Machines({}))()


def check(name: str, state: CheckState = CheckState.PASS, phases: frozenset[Phase] = frozenset(Phase)) -> Check:
    """A check that asks for the machine of its name and always concludes `state`."""

    def evaluate(_context: CheckContext, answer: Answer) -> Verdict:
        if isinstance(answer, Unavailable):
            return Verdict(CheckState.UNKNOWN, answer.reason)
        return Verdict(state, PlainText(f"{name} says {state}."))

    return Check(
        name=name,
        title=name.title(),
        query=lambda context, config: MachineQuery(config.project(context.instance), config.zone, (name,)),
        evaluate=evaluate,
        link=lambda context, config: f"https://console/{config.project(context.instance)}/{name}",
        phases=phases,
    )


def run(
    *checks: Check, world: FakeInspector | None = None, phase: Phase = Phase.NOW, limit: float = 5.0
) -> list[CheckResult]:
    return run_checks(checks, CheckContext(RCTEST, phase, NOW), PLACES, world or FakeInspector(), timeout=limit)


def breaking(*_: object) -> object:
    raise ZeroDivisionError("secret detail")


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What a check that hangs waits for; it comes when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_the_worst_comes_first() -> None:
    checks = [check("a"), check("b", CheckState.UNKNOWN), check("c", CheckState.FAIL), check("d", CheckState.FAIL)]
    assert [(result.name, str(result.state)) for result in run(*checks)] == [
        ("c", "fail"),
        ("d", "fail"),
        ("b", "unknown"),
        ("a", "pass"),
    ]


def test_a_result_says_what_where_when_and_how_long() -> None:
    ticks = itertools.count(100.0, 0.5)
    results = run_checks(
        [check("vm")], CheckContext(RCTEST, Phase.NOW, NOW), PLACES, FakeInspector(), lambda: next(ticks)
    )
    link = "https://console/sourcegraph-managed-rctest/vm"
    assert results == [CheckResult("vm", "Vm", CheckState.PASS, PlainText("vm says pass."), link, NOW, 0.5)]


def test_only_the_checks_of_the_phase_run() -> None:
    checks = [check("both"), check("after", phases=frozenset({Phase.AFTER}))]
    assert [result.name for result in run(*checks, phase=Phase.BEFORE)] == ["both"]
    assert [result.name for result in run(*checks, phase=Phase.AFTER)] == ["after", "both"]


def test_a_check_that_does_not_apply_has_no_result() -> None:
    private = replace(check("waf"), applies=lambda context, _config: not context.instance.public)
    assert [result.name for result in run(check("vm"), private)] == ["vm"]


def test_no_check_no_result() -> None:
    assert run() == []


def test_no_answer_is_told_as_it_came() -> None:
    (result,) = run(check("vm"), world=FakeInspector(vm=lambda: Unavailable(PlainText("Google is away."))))
    assert (result.state, result.finding) == (CheckState.UNKNOWN, PlainText("Google is away."))


def test_they_run_side_by_side() -> None:
    """Each waits for the other two: one after the other they would never finish."""
    together = threading.Barrier(3, timeout=5)

    def meet() -> Answer:
        together.wait()
        return Machines({})

    results = run(check("a"), check("b"), check("c"), world=FakeInspector(a=meet, b=meet, c=meet))
    assert [result.state for result in results] == [CheckState.PASS] * 3


def test_what_two_checks_want_to_know_is_asked_once() -> None:
    asked: list[Query] = []

    class Counting(FakeInspector):
        def fetch(self, query: Query) -> Answer:
            asked.append(query)
            return super().fetch(query)

    same = [replace(check("front"), name=name) for name in ("front", "waf")]
    assert [result.state for result in run(*same, check("vm"), world=Counting())] == [CheckState.PASS] * 3
    assert len(asked) == 2


def test_one_that_hangs_is_unknown_and_hurts_no_other(never: threading.Event) -> None:
    def hang() -> Answer:
        never.wait()
        return Machines({})

    begin = time.monotonic()
    with capture_logs() as logs:
        stuck, good = run(check("good"), check("stuck"), world=FakeInspector(stuck=hang), limit=0.2)
    assert time.monotonic() - begin < 10, "it waits for the one that never ends"
    assert (good.name, good.state) == ("good", CheckState.PASS)
    assert (stuck.name, stuck.state, stuck.seconds) == ("stuck", CheckState.UNKNOWN, 0.2)
    assert stuck.finding == CheckTimedOut(0.2)
    assert stuck.link.endswith("/stuck")
    assert [(line["event"], line["check"]) for line in logs] == [("check_timed_out", "stuck")]


@pytest.mark.parametrize("part", ["query", "evaluate", "link", "ask"])
def test_one_that_breaks_is_unknown_and_hurts_no_other(part: str) -> None:
    world = FakeInspector(broken=breaking) if part == "ask" else FakeInspector()  # type: ignore[arg-type]
    broken = check("broken") if part == "ask" else replace(check("broken"), **{part: breaking})  # type: ignore[arg-type]
    with capture_logs() as logs:
        results = {result.name: result for result in run(check("good"), broken, world=world)}
    assert results["good"].state is CheckState.PASS
    if part == "link":  # what the check found still counts
        assert (results["broken"].state, results["broken"].link) == (CheckState.PASS, "")
    else:
        assert results["broken"].state is CheckState.UNKNOWN
        assert results["broken"].finding == CheckCrashed()
    assert [(line["event"], line["check"], line["exc_info"]) for line in logs] == [("check_broke", "broken", True)]


def test_the_log_keeps_the_delivery_it_belongs_to() -> None:
    """Context variables, such as the delivery id, reach the threads of the checks."""
    with structlog.contextvars.bound_contextvars(delivery="72d3162e"):
        (result,) = run(replace(check("a"), evaluate=_tell_delivery))
    assert result.finding == PlainText("72d3162e")


def _tell_delivery(_context: CheckContext, _answer: Answer) -> Verdict:
    return Verdict(CheckState.PASS, PlainText(structlog.contextvars.get_contextvars()["delivery"]))
