"""The stored form of everything durable: records in the store, and jobs in the queue.

`CODEC` writes and reads all of it. Classes name their own stored form (`@stored`, beside the class), so that Python
names can change without a change to what is stored. Every document has a schema version. There is one version for
all documents, because records contain each other, and effects stand both in jobs and in replies.

* Schema 2 is the current one.
* Schema 1 is what mibot wrote before documents had a version. `version_1` reads it.

Old documents are never rewritten in place. They are read in the current schema, and written in it when they change
next. A migration of rows would have to rewrite DBOS's own tables too, where payloads of old jobs stand in recorded
outcomes of steps, and an old worker that still runs could not read what the migration wrote.

`tests/data/stored_schema.json` describes what is stored, and a test compares. `tests/schema/accept.py` takes over a
change that was meant: additions as they are, anything else only with the next schema version. Its package `version_N`
takes documents from schema N to N + 1.
"""

from bot.schema.codec import CODEC, JobContent

__all__ = ["CODEC", "JobContent"]
