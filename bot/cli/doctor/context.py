"""What an examination is made of: what is looked at, how, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from bot.adapters.github import Session, doctor
from bot.cli.read_only import Glance
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import AppInfo
from bot.domain.health.model import State
from bot.ports import WorldError
from bot.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: a state, a sentence without secrets, and what a person does about it."""

    state: State
    sentence: str
    repair: str = ""


def fine(sentence: str) -> Finding:
    return Finding(State.PASS, sentence)


def broken(sentence: str, repair: str) -> Finding:
    return Finding(State.FAIL, sentence, repair)


def unsure(sentence: str, repair: str = "") -> Finding:
    return Finding(State.UNKNOWN, sentence, repair)


@dataclass(frozen=True)
class Patient:
    """mibot with its settings, as the examinations see it. What several of them need is asked for once."""

    wiring: Glance

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
    def accepted(self) -> bool:
        """Whether GitHub takes us for the App at all."""
        return isinstance(self._app, AppInfo)

    @cached_property
    def _app(self) -> AppInfo | WorldError:
        return _tried(lambda: doctor.app_info(self.session))

    @cached_property
    def _fleet(self) -> Fleet | WorldError:
        return _tried(self.wiring.fleets.now)


def _tried(ask: Callable[[], T]) -> T | WorldError:
    """The answer or the failure: a question that failed takes long, and is not asked again."""
    try:
        return ask()
    except WorldError as error:
        return error


def _or_raise(answer: T | WorldError) -> T:
    if isinstance(answer, WorldError):
        raise answer
    return answer


@dataclass(frozen=True)
class Examination:
    """`look` may raise WorldError, whose sentence then is the finding. One `as_app` needs GitHub to accept us."""

    what: str
    look: Callable[[Patient], Finding]
    as_app: bool = True

    def of(self, patient: Patient) -> Finding:
        if self.as_app and not patient.accepted:
            return unsure("not examined: first repair what is said of the App")
        try:
            return self.look(patient)
        except WorldError as error:
            return Finding(State.FAIL, str(error))
