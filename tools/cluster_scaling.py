#!/usr/bin/env python3
"""What a sweep on many machines loses to starting tasks, to nodes that fail and to waiting for its end.

A simulation of the contract in docs/cluster.md, whose table it prints: tasks of 8 cores on 1,000 slots take the next
shard; a task costs some seconds to start; shards differ in length by a fifth; a node fails once in 10,000 hours, costs
ten minutes until its shard is taken up elsewhere, and what was done since the last checkpoint.
"""

import heapq
import random

CORES = 8
SLOTS = 1_000
CHECKPOINT = 20.0
FAILURE = 10_000 * 3600.0
DETECTION = 600.0


def sweep(core_hours, minutes, overhead, seed=1):
    """Shards, hours until the end, and the share of core time that is lost."""
    draws = random.Random(seed)
    length = minutes * 60.0
    shards = max(1, round(core_hours * 3600.0 / (CORES * length)))
    slots = [0.0] * SLOTS
    useful = failures = 0
    for _ in range(shards):
        begin = heapq.heappop(slots)
        work = length * draws.lognormvariate(-0.02, 0.2)
        useful += work
        end = begin + overhead + work
        fails = draws.expovariate(1.0 / FAILURE)
        if fails < overhead + work:
            failures += 1
            end += DETECTION + overhead + draws.uniform(0.0, CHECKPOINT)
        heapq.heappush(slots, end)
    end = max(slots)
    busy = end * min(SLOTS, shards)
    return shards, end / 3600.0, 1.0 - useful / busy, failures


def main():
    print("| core-hours | minutes of a shard | start of a task | shards | hours on 8,000 cores | lost | failures |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for core_hours in (10_000, 1_000_000):
        for minutes in (1, 10, 60):
            for overhead in (0.1, 5.0):
                shards, hours, lost, failures = sweep(core_hours, minutes, overhead)
                print(
                    f"| {core_hours:,} | {minutes} | {overhead:g} s | {shards:,} | {hours:.1f} "
                    f"| {100 * lost:.1f} % | {failures} |"
                )


if __name__ == "__main__":
    main()
