"""Handlers carry out effects: one module a subject.

A handler is a class whose methods are marked with `@handles`, which registers each by the type of effect that it
takes, or with `@notes_delay`. Wiring constructs the handlers and gives them to the `EffectDispatcher`; a test holds
that every effect has one. Effects themselves stand in the `effects.py` of their subject in the domain: commands name
them and must not see ports, and handlers of different subjects name each other's.
"""
