"""What the Python versions share: the world as read, and the nation's equations (docs/odd.md, 7.1 and 7.2).

These are vectors of twelve sectors, once a quarter: they cost the same in both versions.
"""

import json
import sys

import numpy as np

CHANNELS = ["train", "attract", "soft", "motivate", "match"]


class World:
    """Constants, dates and the balanced start, as `examples/peers.rs` prints them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        self.params = data["params"]
        self.changes = data["changes"]
        self.cities = data["cities"]
        self.quarters = data["quarters"]
        self.stringency = data["stringency"]
        self.sectors = columns(data["sectors"])
        instruments = data["instruments"]
        self.tier_slope = np.array([row["tier_slope"] for row in instruments])
        self.overseas = np.array([row["overseas_share"] for row in instruments])
        # One column a channel, so that sums over channels are one product.
        self.channels = np.array(
            [[float(row["channel"] == name) for name in CHANNELS] for row in instruments]
        )
        self.sector_count = len(data["sectors"])
        self.instrument_count = len(instruments)
        self.minimum_scale = self.params["production.minimum_scale_cny_mn"] * (
            0.3 + self.sectors["scale"]
        )


def columns(rows):
    """A NumPy column for each key of rows."""
    return {key: np.array([row[key] for row in rows], dtype=float) for key in rows[0]}


class Nation:
    """The outside world, the market and the centre."""

    def __init__(self, world, rng, capability, shares):
        """`capability` is cities by sectors at the start, `shares` their budget shares."""
        self.world = world
        self.rng = rng
        self.params = dict(world.params)
        p, s = self.params, world.sectors
        self.frontier = s["frontier"].copy()
        self.base_demand = p["market.initial_utilisation"] * capability.sum(axis=0)
        self.half_base = p["production.introduction_half_base"] * capability.mean(axis=0)
        self.stringency = world.stringency
        self.last_incident = np.full(world.sector_count, -np.inf)
        # Section 5, steps 5 and 7.
        base = np.array([city["base"] for city in world.cities])
        spending = (shares[:, 1:] * base[:, None]).sum()
        r, delta = p["outcomes.discount_rate_per_quarter"], p["production.depreciation"]
        used = p["market.initial_utilisation"] * capability.sum()
        self.price = p["market.output_value_ratio"] * (r + delta) / delta * spending / used
        self.all_base = base.sum()
        count = world.instrument_count
        self.true_effect = p["policy.effect_mean"] + p["policy.effect_sd"] * rng.standard_normal(
            count
        )
        self.optimum = 0.25 + rng.random(count) / 2
        self.growth = 1.0
        self.pipeline_growth = 1.0

    def on(self, mechanism):
        """1 if a mechanism is on, else 0."""
        return float(self.params["mechanisms." + mechanism])

    def begin(self, t, gross, terms):
        """Phases 1 and 2; `gross` and `terms` are sums over cities of capability and of its powers (E2)."""
        for change in self.world.changes:
            if change["quarter"] == t:
                self.params[change["key"]] = change["value"]
        p, s, level = self.params, self.world.sectors, self.world.quarters[t]
        clip = lambda x: min(max(x, 0.0), 1.0)
        eu = self.on("eu_pressure") * clip(
            p["outside.eu_pressure_base"] + p["outside.eu_pressure_per_intensity"] * level["eu"]
        )
        us = self.on("us_pressure") * clip(
            p["outside.us_pressure_base"] + p["outside.us_pressure_per_intensity"] * level["us"]
        )
        controls = self.on("export_controls") * clip(
            p["outside.export_control_per_intensity"] * level["controls"]
        )
        # E1, E37.
        if t > 0:
            self.frontier *= 1 + p["outside.frontier_growth_scale"] * s["frontier_growth"]
            self.base_demand *= 1 + p["market.demand_growth_scale"] * s["demand_growth"]
            self.growth *= 1 + p["budgets.growth_per_quarter"]
            self.pipeline_growth *= 1 + p["talent.pipeline_growth_per_quarter"]
        self.frontier *= 1 + p["outside.frontier_shock_per_intensity"] * np.array(level["shock"])
        # E2, E3.
        self.capability = terms ** (1 / p["production.aggregation"])
        ratio = self.capability / self.frontier
        gap = np.maximum(0, 1 - ratio)
        lost = p["market.import_substitution"] * controls * s["import_share"] / (1 - s["import_share"])
        cut = p["market.incident_demand_cut"] * (t - self.last_incident <= 4)
        demand = self.base_demand * (1 + lost) * (1 - cut)
        self.utilisation = np.minimum(1, demand / gross)
        self.duplicated = 1 - self.capability / gross
        # E6.
        compute_gap = (s["supplies_compute"] * gap).sum() / s["supplies_compute"].sum()
        access = 1 - s["compute"] * controls * compute_gap
        # E4.
        self.priority = (
            p["centre.priority_base"]
            + p["centre.priority_strategic"] * s["strategic"]
            + p["centre.priority_us_gap"] * us * gap * s["strategic"]
            + p["centre.priority_lost_imports"] * controls * s["import_share"]
            + p["centre.priority_attention"] * self.on("attention_shock") * np.array(level["attention"])
            + p["centre.priority_plan"] * np.array(level["plans"])
        )
        # E5.
        target = clip(
            p["centre.stringency_eu_weight"] * eu
            + p["centre.stringency_risk_weight"] * (s["risk"] * np.minimum(1, ratio)).mean()
            - p["centre.stringency_gap_weight"] * us * (s["value"] * gap).sum()
        )
        self.stringency += p["centre.stringency_adjustment"] * (target - self.stringency)
        # E7.
        hazard = p["centre.incident_hazard"] * s["risk"] * ratio * (1 - self.stringency) ** 2
        happens = self.rng.random(self.world.sector_count) < 1 - np.exp(-hazard)
        self.last_incident[happens & bool(self.on("incidents"))] = t
        # What all cities share in E10, E20 and E29.
        self.access = access * (1 - self.stringency * s["risk"])
        self.climate = self.utilisation ** p["budgets.crowding"] * self.access
        self.unblunted = 1 - self.on("preemption") * p["policy.preemption_strength"] * self.stringency
        self.intensity = self.on("tournament") * p["tournament.intensity"]
        self.reading = self.on("comparability") * p["tournament.comparability"]

    def competitiveness(self, terms):
        """O1, of the capability just built."""
        capability = terms ** (1 / self.params["production.aggregation"])
        return (self.world.sectors["value"] * capability / self.frontier).sum()


def main(run):
    """`PROGRAM WORLD RUNS`: prints the mean trajectory of competitiveness and the errors of the accounts."""
    world, runs = World(sys.argv[1]), int(sys.argv[2])
    total, errors = np.zeros(len(world.quarters)), {}
    for replicate in range(runs):
        trajectory, errors = run(world, replicate)
        total += trajectory
    print(json.dumps({"competitiveness": list(total / max(runs, 1)), "runs": runs, **errors}))
