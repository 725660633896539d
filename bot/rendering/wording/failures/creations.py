"""Words for why something is not created now."""

from __future__ import annotations

from bot.domain.failures.creations import CreationUnclear
from bot.rendering.wording.dispatch import describe


@describe.register
def _(_reason: CreationUnclear) -> str:
    return (
        "GitHub did not say whether it carried out an earlier request. mibot looks for the result before it sends "
        "the request again."
    )
