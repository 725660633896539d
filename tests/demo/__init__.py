"""The demo and what it is made of."""
