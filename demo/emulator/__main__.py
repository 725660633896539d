"""`python -m demo.emulator` installs the emulated GitHub, so that the demo and the tests need no network later."""

from __future__ import annotations

import sys

from demo.emulator.installation import EmulatorError, install


def main() -> int:
    try:
        install()
    except EmulatorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
