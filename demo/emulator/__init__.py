"""The emulated GitHub: npm's `emulate`, pinned by the lock file in this folder, run by the Node of a Python wheel."""

from demo.emulator.installation import EmulatorError, install
from demo.emulator.keys import free_port, private_key_pem
from demo.emulator.process import Emulator

__all__ = ["Emulator", "EmulatorError", "free_port", "install", "private_key_pem"]
