"""The emulated world of the demo and the end-to-end tests: GitHub, Google's APIs, Opsgenie, a fleet, people.

`python -m demo` runs the demo. Nothing of this is part of the product.
"""
