"""Runs every benchmark and prints its table."""

from __future__ import annotations

import sys

from bench import checks, fleet_refresh, latency, plans, pull_request

BENCHMARKS = {"fleet": fleet_refresh, "plans": plans, "pull": pull_request, "latency": latency, "checks": checks}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"bench: there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name].main()
        print()
    return 0


sys.exit(main(sys.argv[1:]))
