"""What the parts of the store share.

Every `document` column holds a document of the codec, with its schema version. Rows of earlier schemas stay as they
are until they are saved next, because the codec reads them.
"""

from __future__ import annotations

from bot.adapters.store.database import Database
from bot.formats.documents import Codec


class SqlRecords:
    """Records of one kind. Every method is one transaction."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec
