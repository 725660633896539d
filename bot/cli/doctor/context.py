"""What an examination is made of: what is looked at, how, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from bot.adapters.github import Session, doctor
from bot.cli.read_only import ReadOnlyWiring
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import AppInfo
from bot.domain.health.model import CheckState
from bot.ports import ExternalError
from bot.rendering.wording import describe
from bot.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: a state, a sentence without secrets, and what a person does about it."""

    state: CheckState
    sentence: str
    repair: str = ""


def ok(sentence: str) -> Finding:
    return Finding(CheckState.PASS, sentence)


def failed(sentence: str, repair: str) -> Finding:
    return Finding(CheckState.FAIL, sentence, repair)


def unknown(sentence: str, repair: str = "") -> Finding:
    return Finding(CheckState.UNKNOWN, sentence, repair)


@dataclass(frozen=True)
class DoctorContext:
    """mibot with its settings, as the examinations see it. What several of them need is asked for once."""

    wiring: ReadOnlyWiring

    @property
    def settings(self) -> Settings:
        return self.wiring.settings

    @property
    def session(self) -> Session:
        return self.wiring.session

    @property
    def app(self) -> AppInfo:
        """Raises WorldError."""
        return _or_raise(self._app)

    @property
    def fleet(self) -> Fleet:
        """Raises WorldError."""
        return _or_raise(self._fleet)

    @property
    def app_authenticated(self) -> bool:
        """Whether GitHub takes us for the App at all."""
        return isinstance(self._app, AppInfo)

    @cached_property
    def _app(self) -> AppInfo | ExternalError:
        return _try_call(lambda: doctor.app_info(self.session))

    @cached_property
    def _fleet(self) -> Fleet | ExternalError:
        return _try_call(self.wiring.fleet_reader.current)


def _try_call(ask: Callable[[], T]) -> T | ExternalError:
    """The answer or the failure: a question that failed takes long, and is not asked again."""
    try:
        return ask()
    except ExternalError as error:
        return error


def _or_raise(answer: T | ExternalError) -> T:
    if isinstance(answer, ExternalError):
        raise answer
    return answer


@dataclass(frozen=True)
class Diagnostic:
    """`look` may raise WorldError, whose sentence then is the finding. One `as_app` needs GitHub to accept us."""

    title: str
    check: Callable[[DoctorContext], Finding]
    needs_app: bool = True

    def run(self, patient: DoctorContext) -> Finding:
        if self.needs_app and not patient.app_authenticated:
            return unknown("not examined: first repair what is said of the App")
        try:
            return self.check(patient)
        except ExternalError as error:
            return Finding(CheckState.FAIL, describe(error.reason))
