"""Why external systems refuse or fail: the reasons that adapters give and that records keep.

They stand here, and not beside the adapters, because records store them and replies word them. Adapters only
construct them. No reason holds a secret, and none holds more of an answer than a person may read.
"""
