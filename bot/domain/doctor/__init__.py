"""The rules of `mibot doctor`: from what GitHub, Google, Opsgenie and the store answered to findings.

A finding is a state and a reason. `bot.rendering.wording` words the reason, and says how to repair what it is about.
"""
