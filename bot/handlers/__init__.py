"""Handlers take events and carry out effects: one module a subject.

A handler is a class whose methods are marked with `@handles`, which registers each method by the type that it takes,
or with `@notes_delay`. Wiring constructs the handlers and gives them to the `Dispatcher`. A test holds that every
event and every effect has exactly one handler.

Effects stand in the `effects.py` of their subject in the domain, not here. Commands name effects and must not see
ports, and handlers name the effects of other subjects: an upgrade starts a tracker, and a tracker advances upgrades.
Effects beside their handlers would make a circle of imports.
"""
