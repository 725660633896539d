"""The emulated GitHub of the end-to-end tests, with a thin proxy in front of it."""
