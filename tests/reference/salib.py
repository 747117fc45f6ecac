"""Writes the reference values that the tests of src/stats read, with SALib.

    python -m venv venv && venv/bin/pip install SALib==1.6.0 numpy==2.4.6
    venv/bin/python tests/reference/salib.py

Files, written beside this script with 17 significant digits:

    FUNCTION_saltelli.csv   one row is a run: coordinates in [0, 1] in SALib's order, response
    FUNCTION_sobol.csv      one row is an index: name (S1, ST, S2), factors from 0, value
    FUNCTION_trajectories.csv, FUNCTION_morris.csv   the same for trajectories after Morris

Functions: Ishigami (a = 7, b = 0.1) of three factors, and Sobol' G with a = 0, 1, 4.5, 9 of four.
"""

import csv
from pathlib import Path

import numpy as np
from SALib.analyze import morris, sobol
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

HERE = Path(__file__).parent


def ishigami(u):
    x = -np.pi + 2 * np.pi * u
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(u):
    a = np.array([0, 1, 4.5, 9])
    return np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1)


def write(name, head, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def digits(x):
    return f"{x:.17g}"


for name, function, k in [("ishigami", ishigami, 3), ("sobol_g", sobol_g, 4)]:
    problem = {"num_vars": k, "names": [f"x{i}" for i in range(k)], "bounds": [[0, 1]] * k}
    head = problem["names"] + ["y"]

    x = sobol_sample.sample(problem, 32, calc_second_order=True, seed=1)
    y = function(x)
    found = sobol.analyze(problem, y, calc_second_order=True, seed=1)
    write(f"{name}_saltelli.csv", head, ([digits(v) for v in (*row, value)] for row, value in zip(x, y)))
    rows = [("S1", j, "", digits(found["S1"][j])) for j in range(k)]
    rows += [("ST", j, "", digits(found["ST"][j])) for j in range(k)]
    rows += [("S2", i, j, digits(found["S2"][i, j])) for i in range(k) for j in range(i + 1, k)]
    write(f"{name}_sobol.csv", ["index", "factor", "other", "value"], rows)

    x = morris_sample.sample(problem, 20, num_levels=4, seed=1)
    y = function(x)
    found = morris.analyze(problem, x, y, num_levels=4, seed=1)
    write(f"{name}_trajectories.csv", head, ([digits(v) for v in (*row, value)] for row, value in zip(x, y)))
    rows = [(m, j, "", digits(found[m][j])) for m in ("mu", "mu_star", "sigma") for j in range(k)]
    write(f"{name}_morris.csv", ["index", "factor", "other", "value"], rows)
