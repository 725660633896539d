"""The emulated GitHub: npm's `emulate`, pinned by the lock file beside this, run by the Node that a wheel brings."""

from demo.emulator.installation import EmulatorError, install
from demo.emulator.keys import free_port, private_key_pem
from demo.emulator.process import Emulator

__all__ = ["Emulator", "EmulatorError", "free_port", "install", "private_key_pem"]
