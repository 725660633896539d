"""How the command line shows things in a terminal."""
