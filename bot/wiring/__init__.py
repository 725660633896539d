"""The only place that constructs adapters, services and handlers, and puts them together.

Every part is made when it is first needed, so a command that needs few of them starts fast. `cloud` needs no GitHub
App and no store.
"""
