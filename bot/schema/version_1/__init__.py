"""Reads schema 1: what mibot wrote before documents had a schema version.

Each reader takes a document of schema 1 and returns one of schema 2. The names of both stand in the readers as text,
because neither ever changes again: schema 1 is history, and so is schema 2 once there is a schema 3.
"""

from bot.schema.version_1.jobs import read_job
from bot.schema.version_1.reasons import read_reason
from bot.schema.version_1.replies import read_reply
from bot.schema.version_1.trackers import read_tracker
from bot.schema.version_1.upgrades import read_preparation, read_upgrade

__all__ = ["read_job", "read_preparation", "read_reason", "read_reply", "read_tracker", "read_upgrade"]
