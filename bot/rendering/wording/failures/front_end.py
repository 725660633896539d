"""Words for why nobody can ask the front end of an instance."""

from __future__ import annotations

from bot.domain.failures.front_end import FrontEndObstacle, FrontEndUnavailable
from bot.rendering.wording.dispatch import describe

_OBSTACLES = {
    FrontEndObstacle.CA_FILE_UNREADABLE: (
        "The file that the setting front_end.ca_file names can't be read as certificates in PEM: correct the setting."
    ),
    FrontEndObstacle.NO_DNS: (
        "The host name of the front end could not be looked up: check the DNS of the machine that runs mibot, and "
        "the setting front_end.connect_to if it is set."
    ),
}


@describe.register
def _(reason: FrontEndUnavailable) -> str:
    return _OBSTACLES[reason.obstacle]
