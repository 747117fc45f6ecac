#!/usr/bin/env python3
"""Makes the shards of a plan folder with Dask and merges them.

    dualtrack sweep EXPERIMENT.toml --plan PLAN
    python tools/dask_sweep.py PLAN --out RESULT                                  # workers on this machine
    python tools/dask_sweep.py PLAN --out RESULT --scheduler tcp://head:8786      # a cluster that is there

Needs `distributed`. Workers need the program and see the plan folder under the same path; `dask-jobqueue` and
`dask-kubernetes` start such workers. A shard that is there is skipped, so the command can be repeated at any time, and
Dask may run a shard twice. Exit codes are those of `dualtrack merge`; 1 where shards could not be made.
"""

import argparse
import os
import subprocess
import sys
import time

from distributed import Client, LocalCluster, as_completed

BAD_INPUT = 2
# Between two lines about progress, seconds.
PAUSE = 5.0


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plan", help="plan folder")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask's scheduler; workers on this machine if left out")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="workers on this machine")
    parser.add_argument("--threads", type=int, default=1, help="threads of a shard")
    parser.add_argument("--program", default="dualtrack", help="the program as workers find it")
    parser.add_argument("--out", metavar="DIR", help="folder of the result")
    parser.add_argument("--rounds", type=int, default=3, help="how often missing shards are tried")
    return parser.parse_args()


def make(program, plan, number, threads):
    """Makes a shard; runs on a worker."""
    command = [program, "shard", plan, str(number), "--threads", str(threads), "--quiet"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return number, done.returncode, done.stderr.strip()


def missing(program, plan):
    """Numbers of the shards that have to be made, from the files alone."""
    command = [program, "status", plan, "--format", "lines"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return [int(line) for line in done.stdout.split()]


def slots(client):
    """Tasks that workers run at a time."""
    return max(1, sum(client.nthreads().values()))


def one_round(client, args, plan, numbers):
    """Makes shards, with few futures in flight: a scheduler keeps all it is given in memory."""
    waiting = iter(numbers)
    futures = as_completed(raise_errors=False)
    in_flight = done = 0
    said = time.monotonic()

    def submit(count):
        nonlocal in_flight
        # The range first: `zip` takes an item too many from what it asks before.
        for _, number in zip(range(count), waiting):
            # `pure` would hand out what an earlier round returned.
            futures.add(client.submit(make, args.program, plan, number, args.threads, pure=False, retries=3))
            in_flight += 1

    submit(2 * slots(client))
    for future in futures:
        in_flight -= 1
        if future.status == "finished":
            number, code, message = future.result()
            if code == BAD_INPUT:
                print(message, file=sys.stderr)
                sys.exit(BAD_INPUT)
            if code:
                print(f"shard {number}: exit code {code}: {message}", file=sys.stderr)
        else:
            print(f"lost: {future.exception()!r}", file=sys.stderr)
        # What a worker still holds is made again when it is lost.
        future.release()
        done += 1
        # Workers may have come or gone.
        submit(max(0, 2 * slots(client) - in_flight))
        if time.monotonic() - said > PAUSE:
            said = time.monotonic()
            print(f"{done} of {len(numbers)} shards, {len(client.nthreads())} workers", file=sys.stderr)
    print(f"{done} of {len(numbers)} shards", file=sys.stderr)


def main():
    args = arguments()
    plan = os.path.abspath(args.plan)
    numbers = missing(args.program, plan)
    if numbers:
        if args.scheduler:
            client = Client(args.scheduler)
        else:
            # Processes of one thread: a worker waits for a program and computes nothing.
            client = Client(LocalCluster(n_workers=args.workers, threads_per_worker=1, processes=True, host="127.0.0.1"))
        with client:
            client.wait_for_workers(1)
            print(f"progress: {client.dashboard_link}", file=sys.stderr)
            for _ in range(args.rounds):
                one_round(client, args, plan, numbers)
                numbers = missing(args.program, plan)
                if not numbers:
                    break
            if not args.scheduler:
                client.cluster.close()
    if numbers:
        print(f"{len(numbers)} shards could not be made; try again", file=sys.stderr)
        return 1
    merge = [args.program, "merge", plan] + (["--out", args.out] if args.out else [])
    return subprocess.run(merge).returncode


if __name__ == "__main__":
    sys.exit(main())
