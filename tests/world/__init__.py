"""The world around mibot in the end-to-end tests: the emulated GitHub with a thin proxy in front of it."""
