"""`python -m bot.cli` is `mibot`."""

from bot.cli import main

if __name__ == "__main__":
    main()
