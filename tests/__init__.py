"""The tests."""

import os

# gRPC's handlers of fork() crash a child now and then before it becomes another program: 21 of 400 while three
# threads called. The tests' PostgreSQL is started by such a child (as another user), in a process that also tests
# clients of gRPC.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
