"""The core: plain data and pure functions. No I/O, no clock, no environment."""
