"""Reads results of dualtrack and redraws a figure: competitiveness and waste over a grid of rules.

    dualtrack sweep scenarios/experiments/tournament-comparability.toml
    python docs/analysis.py output/tournament-comparability figure.svg

Needs pandas and matplotlib (docs/requirements.txt).
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd


def read(folder: Path, name: str) -> pd.DataFrame:
    """A table of a result, with the types that datapackage.json gives its columns."""
    package = json.loads((folder / "datapackage.json").read_text())
    resource = next(r for r in package["resources"] if r["name"] == name)
    types = {"integer": "Int64", "number": "float64", "string": "string", "boolean": "boolean"}
    fields = {field["name"]: types[field["type"]] for field in resource["schema"]["fields"]}
    return pd.read_csv(folder / resource["path"], dtype=fields)


def main() -> None:
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    design, summary, runs = (read(folder, name) for name in ("design", "summary", "runs"))

    # The summary is what the runs say: checked before anything is drawn.
    means = runs.groupby("design_point")["competitiveness"].mean()
    given = summary[summary["response"] == "competitiveness"].set_index("design_point")["mean"]
    assert (means - given).abs().max() < 1e-9, "summary.csv does not agree with runs.csv"

    x, y = "tournament.intensity", "tournament.comparability"
    table = summary.merge(design, on="design_point")
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for axis, response in zip(axes, ("competitiveness", "waste_share")):
        one = table[table["response"] == response]
        for level, line in one.groupby(y):
            line = line.sort_values(x)
            axis.plot(line[x], line["mean"], marker="o", label=f"{level:g}")
            axis.fill_between(line[x], line["low"], line["high"], alpha=0.2)
        axis.set_xlabel("intensity of the tournament")
        axis.set_ylabel(response.replace("_", " "))
    axes[1].legend(title="weight of\ncomparability", loc="center left", bbox_to_anchor=(1, 0.5))
    n = int(summary["n"].max())
    figure.suptitle(f"Means over {n} replicates with 95 % intervals")
    figure.savefig(target)
    print(f"{target}: {len(design)} design points, {len(runs)} runs")


if __name__ == "__main__":
    main()
