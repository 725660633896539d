"""Words for why `mibot serve` cannot listen."""

from __future__ import annotations

from bot.domain.failures.listening import CannotListen, ListenProblem
from bot.rendering.wording.dispatch import describe


@describe.register
def _(reason: CannotListen) -> str:
    match reason.problem:
        case ListenProblem.TAKEN:
            return f"port {reason.port} on {reason.host} is taken by another program; choose another with --port."
        case ListenProblem.FORBIDDEN:
            return f"this user may not listen on port {reason.port}; choose one above 1023 with --port."
        case ListenProblem.NOT_OURS:
            return f"this machine has no address {reason.host}; choose one that it has with --host."
        case ListenProblem.UNKNOWN_HOST:
            return "--host is neither an IP address nor a name that can be resolved."
        case ListenProblem.OTHER:
            return f"cannot listen on {reason.host}, port {reason.port}; choose others with --host and --port."
