"""`since=`, the earliest update that is asked for."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.world.exchange import Request
from tests.world.gaps.gap import Gap

WHOLE_SECOND = re.compile(r"([?&]since=\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d)(Z|%2B00(?::|%3A)00)", re.I)


class SinceParameter(Gap):
    """The emulator compares texts, where `…:07Z` comes after `…:07.250Z`: a whole second needs its fraction."""

    def rewrite_request(self, request: Request) -> Request:
        if request.method != "GET" or "since=" not in request.target:
            return request
        return replace(request, target=WHOLE_SECOND.sub(r"\1.000Z", request.target))
