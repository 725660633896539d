"""`python -m demo`: see `demo.cli`."""

from __future__ import annotations

from demo.cli import app

app(prog_name="python3 dev.py demo")
