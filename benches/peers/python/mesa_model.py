"""The model in Mesa: an agent a city, which holds its sectors and instruments as NumPy vectors.

All cities act at once, so that phases are stages: each is done by all agents before the next begins, and agents see of
others what these published at the end of the last quarter. Equations as in docs/odd.md.
"""

import math

import mesa
import numpy as np

from nation import Nation, main


class City(mesa.Agent):
    """A city and its official."""

    def __init__(self, model, row):
        super().__init__(model)
        world = model.world
        sectors, instruments = world.sector_count, world.instrument_count
        self.base, self.need = row["base"], row["need"]
        self.outside, self.amenity = row["outside"], row["amenity"]
        self.pipeline, self.researchers = row["pipeline"], row["researchers"]
        self.pilot_from = math.inf if row["pilot_from"] is None else row["pilot_from"]
        self.advantage = np.array(row["advantage"])
        self.capability = np.array(row["capability"])
        self.rest, self.sector_shares = row["shares"][0], np.array(row["shares"][1:])
        self.instrument_shares = np.zeros(instruments)
        self.in_force = np.zeros(instruments, dtype=bool)
        self.design = np.zeros(instruments)
        self.budget = self.base
        self.score = 0.0
        self.failures = 0
        self.at_evaluation = self.capability
        self.peers, self.weights = [], np.zeros(0)
        self.published_sectors = self.sector_shares / self.sector_shares.sum()
        self.published_in_force = self.in_force
        self.published_design = self.design
        self.published_researchers = self.researchers
        self.terms = self.capability ** model.params["production.aggregation"]

    def begin(self, row, cities):
        """What needs the others, or the nation."""
        p, nation = self.model.params, self.model.nation
        self.peers = [cities[j] for j, _ in row["peers"]]
        self.weights = np.array([g for _, g in row["peers"]])
        self.career = self.official()
        deviation = p["policy.design_spread"] * self.model.rng.standard_normal(len(self.design))
        self.optimum = np.clip(nation.optimum + deviation, 0, 1)
        self.tier_effect = nation.true_effect * (
            1 + self.model.world.tier_slope * (2 * self.amenity - 1)
        )
        self.output = nation.price * p["market.initial_utilisation"] * self.capability.sum()

    def official(self):
        """A career weight, Beta(2, 2)."""
        return self.random.betavariate(2, 2)

    def mean_over_peers(self, key):
        values = [getattr(peer, key) for peer in self.peers]
        return self.weights @ values / self.weights.sum()

    def is_pilot(self):
        return self.model.nation.on("pilot_zones") * (self.model.quarter >= self.pilot_from)

    def fit(self):
        distance = (self.design - self.optimum) / self.model.params["policy.design_tolerance"]
        return np.maximum(0, 1 - distance * distance)

    def move(self):
        """E15, E16, E18, E19."""
        p, nation, random = self.model.params, self.model.nation, self.random
        had = self.in_force
        in_force, design = had.copy(), self.design.copy()
        # E19.
        dropped = None
        if random.random() < p["policy.review_rate_per_quarter"] and had.any():
            potential = np.where(had, self.tier_effect * self.fit() * nation.unblunted, np.inf)
            worst = int(potential.argmin())
            if potential[worst] <= p["policy.drop_below"]:
                dropped = worst
        # E18.
        adjustment = nation.on("local_adjustment") * p["policy.adjustment_rate"]
        design[had] += adjustment * (self.optimum[had] - design[had])
        # E15.
        behind = min(max(self.mean_over_peers("score") - self.score, 0), 2)
        pressure = nation.intensity * self.career * behind + p["budgets.need_scale"] * self.need
        rate = (
            p["policy.pioneer_rate_per_quarter"]
            * (1 + p["policy.pioneer_pressure"] * pressure)
            * (1 + p["policy.pilot_boost"] * self.is_pilot())
        )
        if random.random() < rate * nation.on("pioneering"):
            lacked = np.flatnonzero(~had)
            if len(lacked):
                new = random.choice(lacked)
                error = p["policy.design_error"] * random.gauss(0, 1)
                in_force[new] = True
                design[new] = min(max(self.optimum[new] + error, 0), 1)
        # E16.
        if random.random() < p["policy.imitation_rate_per_quarter"] * nation.on("imitation"):
            best = max(self.peers, key=lambda peer: peer.score)
            lacked = np.flatnonzero(best.published_in_force & ~in_force & ~had)
            if len(lacked):
                new = random.choice(lacked)
                in_force[new] = True
                design[new] = best.published_design[new]
        if dropped is not None:
            in_force[dropped] = False
            self.rest += self.instrument_shares[dropped]
            self.instrument_shares[dropped] = 0
            self.failures += 1
        self.in_force, self.design = in_force, design

    def choose(self):
        """E8 to E13, E20."""
        p, nation = self.model.params, self.model.nation
        money = self.instrument_shares * self.budget
        half = p["policy.half_money_share"] * self.base
        self.effect = (
            self.in_force * self.tier_effect * self.fit() * nation.unblunted * money / (money + half)
        )
        reading = lambda q: 1 - nation.reading + nation.reading * q / self.model.mean_quality
        # E8, E9.
        self.quality = self.model.quality(
            self.weights @ [peer.published_sectors for peer in self.peers]
        )
        adopters = self.weights @ [peer.published_in_force for peer in self.peers]
        career = nation.intensity * self.career
        # E10, E11.
        sectors = (1 + p["budgets.need_scale"] * self.need) * self.advantage * nation.climate
        sectors += career * nation.priority * reading(self.quality)
        instruments = p["budgets.instrument_own_value"] * self.effect
        instruments += (
            career * p["tournament.career_value_instrument"] * reading(self.model.quality(adopters))
        )
        rest = self.outside + career * p["tournament.career_value_rest"]
        # E12.
        highest = max(rest, sectors.max(), instruments.max(where=self.in_force, initial=rest))
        beta = p["budgets.precision"]
        rest = p["budgets.rest_base_rate"] * math.exp(beta * (rest - highest))
        sectors = np.exp(beta * (sectors - highest))
        instruments = (
            p["budgets.instrument_base_rate"] * self.in_force * np.exp(beta * (instruments - highest))
        )
        total = rest + sectors.sum() + instruments.sum()
        # E13.
        eta = p["budgets.adjustment_rate"]
        self.sector_shares = (1 - eta) * self.sector_shares + eta / total * sectors
        self.instrument_shares = (1 - eta) * self.instrument_shares + eta / total * instruments
        self.rest = 1 - self.sector_shares.sum() - self.instrument_shares.sum()
        # E32.
        concentration = nation.on("grants_by_score") * p["budgets.grant_concentration"]
        self.grant_weight = self.base * math.exp(concentration * min(max(self.score, -3), 3))
        # E21.
        self.channels = self.effect @ self.model.world.channels
        pull = p["talent.location_precision"] * (self.amenity + self.channels[1])
        self.location = self.capability.sum() * math.exp(min(max(pull, -300), 300))

    def produce(self):
        """E14, E21 to E29, E39."""
        p, nation, model = self.model.params, self.model.nation, self.model
        grant = model.grants * self.grant_weight / model.all_grant_weights
        kept = p["budgets.retention"] * p["budgets.tax_rate"] * self.output
        self.budget = self.base * nation.growth + kept + grant
        # E21 to E23.
        train, _, soft, motivate, match = self.channels
        mobile = nation.on("talent_mobility") * p["talent.mobile_share"]
        arrivals = model.all_researchers * self.location / model.all_locations
        moved = (1 - mobile) * self.researchers + mobile * arrivals
        overseas = max(0, self.effect @ model.world.overseas)
        self.researchers = (
            moved * (1 - p["talent.departure_rate"])
            + self.pipeline * nation.pipeline_growth * max(0, 1 + train)
            + p["talent.overseas_rate"] * overseas * moved
        )
        borrowed = self.mean_over_peers("published_researchers")
        talent = self.researchers * max(0, 1 + motivate + match)
        talent += p["talent.soft_time"] * max(0, soft) * borrowed
        # E24, E25.
        spending = self.sector_shares * self.budget
        base, cost = nation.half_base, p["production.introduction_cost"]
        left = spending * (self.capability + (1 - cost) * base) / (self.capability + base)
        effective = left * left / (left + model.world.minimum_scale)
        self.cascade = np.array([spending, left, effective])
        # E29.
        talent = talent * self.sector_shares / self.sector_shares.sum()
        increment = (
            p["production.productivity"]
            * self.advantage
            * talent
            * (effective / talent) ** p["production.money_elasticity"]
            * nation.access
        )
        self.capability = (1 - p["production.depreciation"]) * self.capability + increment
        self.terms = self.capability ** p["production.aggregation"]
        self.output = nation.price * (nation.utilisation @ self.capability)

    def publish(self):
        self.published_sectors = self.sector_shares / self.sector_shares.sum()
        self.published_in_force = self.in_force
        self.published_design = self.design
        self.published_researchers = self.researchers

    def report(self):
        """E30, before the comparison with peers."""
        nation = self.model.nation
        if nation.on("comparability"):
            peers = self.weights @ [peer.published_sectors for peer in self.peers]
            self.read = self.model.quality(peers)
        else:
            self.read = np.full(len(self.capability), self.model.mean_quality)
        growth = 2 * (self.capability - self.at_evaluation) / (self.capability + self.at_evaluation)
        self.result = (nation.priority * self.read * growth).sum() / nation.priority.sum()
        self.at_evaluation = self.capability

    def compare(self):
        self.relative = self.result - self.mean_over_peers("result")

    def mark_deeds(self, mean, deviation):
        p = self.model.params
        shield = 1 - p["policy.pilot_shield"] * self.is_pilot()
        unread = math.sqrt(max(0, self.published_sectors @ (1 - self.read)))
        self.mark = (
            (self.relative - mean) / deviation
            - p["tournament.penalty_failure"] * self.failures * shield
            + p["tournament.evaluation_noise"] * unread * self.random.gauss(0, 1)
        )
        self.failures = 0

    def take_score(self, mean, deviation):
        self.score = (self.mark - mean) / deviation

    def let_official_leave(self):
        """E31."""
        p = self.model.params
        h = p["tournament.turnover_per_quarter"] * p["tournament.promoted_share"]
        slope = self.model.nation.on("tournament") * p["tournament.promotion_slope"]
        promotion = h / (h + (1 - h) * math.exp(-slope * self.score))
        replacement = p["tournament.turnover_per_quarter"] * (1 - p["tournament.promoted_share"])
        if self.random.random() < promotion + replacement:
            self.career = self.official()


class China(mesa.Model):
    """The nation and its cities."""

    def __init__(self, world, seed):
        super().__init__(seed=seed)
        self.world = world
        self.params = world.params
        self.quarter = 0
        cities = City.create_agents(self, len(world.cities), world.cities)
        capability = np.array(self.agents.get("capability"))
        shares = np.array([row["shares"] for row in world.cities])
        self.nation = Nation(world, self.rng, capability, shares)
        # Changes at a date reach agents, too.
        self.params = self.nation.params
        listed = list(cities)
        for city, row in zip(listed, world.cities):
            city.begin(row, listed)
        even = [self.quality(city.weights.sum() / world.sector_count) for city in listed]
        self.mean_quality = float(np.mean(even))

    def quality(self, n):
        """E8."""
        k = self.params["tournament.shock_variance_ratio"]
        return (1 + k * n) / (1 + k + k * n)

    def total(self, key):
        """Sum over cities of a number or a vector."""
        return self.agents.agg(key, lambda values: np.sum(values, axis=0))

    def step(self):
        nation = self.nation
        nation.begin(self.quarter, self.total("capability"), self.total("terms"))
        self.agents.do("move")
        self.agents.do("choose")
        self.mean_quality = self.agents.agg("quality", np.mean)
        self.grants = self.params["budgets.grant_share"] * nation.growth * nation.all_base
        self.all_grant_weights = self.total("grant_weight")
        self.all_locations = self.total("location")
        self.all_researchers = self.total("researchers")
        self.agents.do("produce")
        self.account()
        self.agents.do("publish")
        if self.quarter % 4 == 3:
            self.evaluate()
        self.agents.do("let_official_leave")
        self.quarter += 1

    def account(self):
        """E24 to E28, sums over cities: introduction, subscale, duplicated, idle, productive."""
        spent, left, effective = self.total("cascade")
        duplicated = effective * self.nation.duplicated
        idle = (effective - duplicated) * (1 - self.nation.utilisation)
        productive = effective - duplicated - idle
        self.waste = np.array([spent - left, left - effective, duplicated, idle, productive])
        self.spent = spent

    def evaluate(self):
        """E30."""
        self.agents.do("report")
        self.agents.do("compare")
        self.agents.do("mark_deeds", *self.spread("relative"))
        self.agents.do("take_score", *self.spread("mark"))

    def spread(self, key):
        values = self.agents.get(key)
        deviation = np.std(values)
        return np.mean(values), deviation if deviation >= 1e-12 else math.inf


def run(world, seed):
    """One run: the trajectory of competitiveness, and the largest errors of the accounts in its last quarter."""
    model, trajectory = China(world, seed), []
    for _ in world.quarters:
        model.step()
        trajectory.append(model.nation.competitiveness(model.total("terms")))
    shares = max(
        abs(city.rest + city.sector_shares.sum() + city.instrument_shares.sum() - 1)
        for city in model.agents
    )
    cascade = np.abs(model.waste.sum(axis=0) / model.spent - 1).max()
    return np.array(trajectory), {"shares_error": float(shares), "cascade_error": float(cascade)}


if __name__ == "__main__":
    main(run)
