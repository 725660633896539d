"""Benchmarks of mibot's main work in requests, seconds and memory. `python3 dev.py bench` prints them."""

from bot import logs

logs.configure("warning")
