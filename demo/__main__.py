"""`python -m demo`: see `demo.cli`."""

from __future__ import annotations

import sys

try:
    from demo.cli import app
except KeyboardInterrupt:  # Ctrl-C while it loads: nothing has been started
    sys.exit(130)

app(prog_name="python3 dev.py demo")
