"""What a diagnostic is made of: a title, and a function that asks and judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from bot.adapters.github import Session, doctor
from bot.cli.read_only import ReadOnlyWiring
from bot.domain.doctor.app import AppNotAccepted
from bot.domain.doctor.finding import Finding, failed, unknown
from bot.domain.fleet.model import Fleet
from bot.domain.github_models import AppInfo
from bot.ports.errors import ExternalError
from bot.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class DoctorContext:
    """mibot with its settings, for the diagnostics. What several of them need is requested once."""

    wiring: ReadOnlyWiring

    @property
    def settings(self) -> Settings:
        return self.wiring.settings

    @property
    def session(self) -> Session:
        return self.wiring.session

    @property
    def app(self) -> AppInfo:
        """Raises ExternalError."""
        return _or_raise(self._app)

    @property
    def fleet(self) -> Fleet:
        """Raises ExternalError."""
        return _or_raise(self._fleet)

    @property
    def app_authenticated(self) -> bool:
        """Whether GitHub accepts mibot as the App at all."""
        return isinstance(self._app, AppInfo)

    @cached_property
    def _app(self) -> AppInfo | ExternalError:
        return _try_call(lambda: doctor.app_info(self.session))

    @cached_property
    def _fleet(self) -> Fleet | ExternalError:
        return _try_call(self.wiring.fleet_reader.current)


def _try_call(ask: Callable[[], T]) -> T | ExternalError:
    """The answer, or the error. A request that failed takes long, and is not repeated."""
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
    """One line of the doctor. `check` may raise ExternalError, whose reason is then the finding. One that `needs_app`
    runs only if GitHub accepts mibot as the App."""

    title: str
    check: Callable[[DoctorContext], Finding]
    needs_app: bool = True

    def run(self, context: DoctorContext) -> Finding:
        if self.needs_app and not context.app_authenticated:
            return unknown(AppNotAccepted())
        try:
            return self.check(context)
        except ExternalError as error:
            return failed(error.reason)
