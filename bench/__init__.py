"""Benchmarks: what mibot's main work costs in requests, seconds and memory. `python3 dev.py bench` prints them."""

from bot import logs

logs.configure("warning")
