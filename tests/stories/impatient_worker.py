"""mibot, as the tests of several workers start it: it takes others for lost after seconds instead of a minute."""

from __future__ import annotations

from bot.adapters.engine import durable_engine
from bot.adapters.engine.takeover import TakeoverTiming

# Here, because the process that serves imports this module again where processes are not forked.
durable_engine.TIMING = TakeoverTiming(look=0.5, grace=4.0, confirm=1.5)

if __name__ == "__main__":
    from bot.cli import main

    main()
