"""The durable engine: jobs that survive a crash, one at a time for each key. DBOS Transact does the work.

A job is a JSON object. Its id makes it unique: an id that was submitted before is ignored. Jobs with the same key
run one after the other, those of the same second in any order; jobs with different keys run side by side. A job may
return further jobs. Their ids are made from its own, so that a job that runs again after a crash submits the same
ones. A job that is to be tried again later waits in the database, not in a thread, and its key is free meanwhile.
"""

from bot.adapters.engine.durable_engine import DurableEngine
from bot.adapters.engine.enqueuer import Enqueuer

__all__ = ["DurableEngine", "Enqueuer"]
