"""Drives a running service with the official Pinecone client of the Python it is run by.

    run.py --host http://127.0.0.1:5080 --api-key KEY [--groups control,data] [--seed N] [--verbose]

One line per failure, then one with the counts. Exit status 1 when a check failed. `Tools/pinecone-check` runs it.
"""

import argparse
import sys
import time
import traceback

import pinecone

import concurrency
import control
import errors
import filters
import limits
import namespaces
import records
import services
import sparse_vectors
from support import CHECKS, Skipped, World

GROUPS = [
    "control", "data", "filter", "list", "update", "delete", "namespaces", "sparse", "errors", "async", "threads", "multi",
    "limits", "backups", "inference",
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--host", required=True)
    arguments.add_argument("--api-key", required=True)
    arguments.add_argument("--groups", default=",".join(GROUPS))
    arguments.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    arguments.add_argument("--verbose", action="store_true")
    options = arguments.parse_args()
    groups = options.groups.split(",")
    unknown = set(groups) - set(GROUPS)
    if unknown:
        arguments.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    begun, passed, failed, skipped = time.monotonic(), 0, 0, 0
    world = World(options.host, options.api_key, options.seed)
    try:
        for group, function in sorted(CHECKS, key=lambda item: GROUPS.index(item[0])):
            if group not in groups:
                continue
            label = f"{group:10} {function.__name__.replace('_', ' ')}"
            try:
                function(world)
            except Skipped as reason:
                skipped += 1
                print(f"skip {label}: {reason}", flush=True)
            except Exception as error:  # A check must not end the others.
                failed += 1
                print(f"FAIL {label}: {type(error).__name__}: {str(error)[:500]} (seed {options.seed})", flush=True)
                if options.verbose:
                    traceback.print_exc()
            else:
                passed += 1
                if options.verbose:
                    print(f"ok   {label}", flush=True)
    finally:
        world.close()
    took = time.monotonic() - begun
    print(f"pinecone {pinecone.__version__}: {passed} passed, {failed} failed, {skipped} skipped in {took:.1f} s (seed {options.seed})")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
