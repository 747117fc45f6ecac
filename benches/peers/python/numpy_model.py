"""The model over arrays: one row a city, one column a sector or instrument. Equations as in docs/odd.md."""

import numpy as np

from nation import Nation, main


class Cities:
    """State of all cities."""

    def __init__(self, world, seed):
        self.world = world
        self.rng = np.random.default_rng(seed)
        rows = world.cities
        column = lambda key: np.array([row[key] for row in rows], dtype=float)
        self.count = count = len(rows)
        self.base, self.need = column("base"), column("need")
        self.outside, self.amenity = column("outside"), column("amenity")
        self.pipeline, self.researchers = column("pipeline"), column("researchers")
        self.advantage, self.capability = column("advantage"), column("capability")
        self.pilot_from = np.array(
            [np.inf if row["pilot_from"] is None else row["pilot_from"] for row in rows]
        )
        # Lists of peers, padded with weight 0.
        width = max(len(row["peers"]) for row in rows)
        self.peers = np.zeros((count, width), dtype=int)
        self.weights = np.zeros((count, width))
        for i, row in enumerate(rows):
            for place, (j, g) in enumerate(row["peers"]):
                self.peers[i, place], self.weights[i, place] = j, g
        self.mean_weights = self.weights / self.weights.sum(axis=1, keepdims=True)

        sectors, instruments = world.sector_count, world.instrument_count
        self.shares = np.zeros((count, 1 + sectors + instruments))
        self.shares[:, : 1 + sectors] = column("shares")
        self.nation = nation = Nation(world, self.rng, self.capability, self.shares[:, : 1 + sectors])
        p = nation.params
        self.at_evaluation = self.capability.copy()
        self.budget = self.base.copy()
        self.output = nation.price * p["market.initial_utilisation"] * self.capability.sum(axis=1)
        self.score = np.zeros(count)
        self.career = self.rng.beta(2, 2, count)
        self.in_force = np.zeros((count, instruments), dtype=bool)
        self.design = np.zeros((count, instruments))
        spread = p["policy.design_spread"] * self.rng.standard_normal((count, instruments))
        self.optimum = np.clip(nation.optimum + spread, 0, 1)
        self.failures = np.zeros(count)
        # Published: shares of sectors, then instruments in force.
        self.published = np.zeros((count, sectors + instruments))
        self.terms = self.capability ** p["production.aggregation"]
        self.publish()
        even = self.weights.sum(axis=1) / sectors
        self.mean_quality = self.quality(even).mean()
        # E20 in a city's tier.
        self.tier_effect = nation.true_effect * (
            1 + world.tier_slope * (2 * self.amenity[:, None] - 1)
        )

    def quality(self, n):
        """E8."""
        k = self.nation.params["tournament.shock_variance_ratio"]
        return (1 + k * n) / (1 + k + k * n)

    def mean_over_peers(self, values):
        return np.einsum("ip,ip->i", self.mean_weights, values[self.peers])

    def publish(self):
        own = self.shares[:, 1 : 1 + self.world.sector_count]
        self.published[:, : self.world.sector_count] = own / own.sum(axis=1, keepdims=True)
        self.published[:, self.world.sector_count :] = self.in_force

    def effective_peers(self):
        """E9, for sectors and instruments."""
        return np.einsum("ip,ips->is", self.weights, self.published[self.peers])

    def step(self, t):
        self.nation.begin(t, self.capability.sum(axis=0), self.terms.sum(axis=0))
        self.move(t)
        self.set_budgets()
        self.move_talent()
        self.produce()
        self.publish()
        if t % 4 == 3:
            self.evaluate(t)
        self.let_officials_leave()

    def fit(self):
        distance = (self.design - self.optimum) / self.nation.params["policy.design_tolerance"]
        return np.maximum(0, 1 - distance**2)

    def move(self, t):
        """E15, E16, E18, E19."""
        p, nation = self.nation.params, self.nation
        draws = self.rng.random((self.count, 5))
        everyone = np.arange(self.count)
        had = self.in_force.copy()
        had_design = self.design.copy()
        # E19.
        potential = np.where(had, self.tier_effect * self.fit() * nation.unblunted, np.inf)
        worst = potential.argmin(axis=1)
        drops = (draws[:, 0] < p["policy.review_rate_per_quarter"]) & (
            potential[everyone, worst] <= p["policy.drop_below"]
        )
        # E15.
        behind = np.clip(self.mean_over_peers(self.score) - self.score, 0, 2)
        pressure = nation.intensity * self.career * behind + p["budgets.need_scale"] * self.need
        pilot = nation.on("pilot_zones") * (t >= self.pilot_from)
        rate = (
            p["policy.pioneer_rate_per_quarter"]
            * (1 + p["policy.pioneer_pressure"] * pressure)
            * (1 + p["policy.pilot_boost"] * pilot)
        )
        pioneer, new = pick(~had, draws[:, 1] < rate * nation.on("pioneering"), draws[:, 2])
        error = p["policy.design_error"] * self.rng.standard_normal(self.count)
        # E16.
        scores = np.where(self.weights > 0, self.score[self.peers], -np.inf)
        best = self.peers[everyone, scores.argmax(axis=1)]
        open_ = had[best] & ~had
        open_[pioneer, new[pioneer]] = False
        imitates = draws[:, 3] < p["policy.imitation_rate_per_quarter"] * nation.on("imitation")
        imitator, copied = pick(open_, imitates, draws[:, 4])
        # E18.
        kept = had.copy()
        kept[drops, worst[drops]] = False
        adjustment = nation.on("local_adjustment") * p["policy.adjustment_rate"]
        self.design = np.where(
            kept, self.design + adjustment * (self.optimum - self.design), self.design
        )
        option = 1 + self.world.sector_count + worst[drops]
        self.shares[drops, 0] += self.shares[drops, option]
        self.shares[drops, option] = 0
        self.failures[drops] += 1
        self.in_force = kept
        self.in_force[pioneer, new[pioneer]] = True
        self.design[pioneer, new[pioneer]] = np.clip(
            self.optimum[pioneer, new[pioneer]] + error[pioneer], 0, 1
        )
        self.in_force[imitator, copied[imitator]] = True
        self.design[imitator, copied[imitator]] = had_design[best[imitator], copied[imitator]]

    def set_budgets(self):
        """E8 to E14, E20, E32."""
        p, nation, sectors = self.nation.params, self.nation, self.world.sector_count
        money = self.shares[:, 1 + sectors :] * self.budget[:, None]
        half = p["policy.half_money_share"] * self.base[:, None]
        self.effect = np.where(
            self.in_force,
            self.tier_effect * self.fit() * nation.unblunted * money / (money + half),
            0,
        )
        quality = self.quality(self.effective_peers())
        reading = 1 - nation.reading + nation.reading * quality / self.mean_quality
        self.mean_quality = quality[:, :sectors].mean()
        career = (nation.intensity * self.career)[:, None]
        need = p["budgets.need_scale"] * self.need[:, None]
        values = np.empty_like(self.shares)
        values[:, 0] = self.outside + career[:, 0] * p["tournament.career_value_rest"]
        values[:, 1 : 1 + sectors] = (
            1 + need
        ) * self.advantage * nation.climate + career * nation.priority * reading[:, :sectors]
        values[:, 1 + sectors :] = (
            p["budgets.instrument_own_value"] * self.effect
            + career * p["tournament.career_value_instrument"] * reading[:, sectors:]
        )
        rates = np.ones_like(values)
        rates[:, 0] = p["budgets.rest_base_rate"]
        rates[:, 1 + sectors :] = p["budgets.instrument_base_rate"] * self.in_force
        highest = np.where(rates > 0, values, -np.inf).max(axis=1, keepdims=True)
        target = rates * np.exp(p["budgets.precision"] * (values - highest))
        target /= target.sum(axis=1, keepdims=True)
        eta = p["budgets.adjustment_rate"]
        self.shares = (1 - eta) * self.shares + eta * target
        self.shares[:, 0] = 1 - self.shares[:, 1:].sum(axis=1)
        concentration = nation.on("grants_by_score") * p["budgets.grant_concentration"]
        weight = self.base * np.exp(concentration * np.clip(self.score, -3, 3))
        grants = p["budgets.grant_share"] * nation.growth * nation.all_base * weight / weight.sum()
        kept = p["budgets.retention"] * p["budgets.tax_rate"]
        self.budget = self.base * nation.growth + kept * self.output + grants

    def move_talent(self):
        """E21 to E23."""
        p, nation = self.nation.params, self.nation
        train, attract, soft, motivate, match = (self.effect @ self.world.channels).T
        location = np.exp(np.clip(p["talent.location_precision"] * (self.amenity + attract), -300, 300))
        weight = self.capability.sum(axis=1) * location
        mobile = nation.on("talent_mobility") * p["talent.mobile_share"]
        moved = (1 - mobile) * self.researchers + mobile * self.researchers.sum() * weight / weight.sum()
        borrowed = self.mean_over_peers(self.researchers)
        overseas = np.maximum(0, self.effect @ self.world.overseas)
        self.researchers = (
            moved * (1 - p["talent.departure_rate"])
            + self.pipeline * nation.pipeline_growth * np.maximum(0, 1 + train)
            + p["talent.overseas_rate"] * overseas * moved
        )
        self.talent = self.researchers * np.maximum(0, 1 + motivate + match) + p[
            "talent.soft_time"
        ] * np.maximum(0, soft) * borrowed

    def produce(self):
        """E24 to E29, E39, and the terms of E2."""
        p, nation, sectors = self.nation.params, self.nation, self.world.sector_count
        own = self.shares[:, 1 : 1 + sectors]
        spending = own * self.budget[:, None]
        base, cost = nation.half_base, p["production.introduction_cost"]
        left = spending * (self.capability + (1 - cost) * base) / (self.capability + base)
        effective = left * left / (left + self.world.minimum_scale)
        self.cascade(spending, left, effective)
        talent = self.talent[:, None] * own / own.sum(axis=1, keepdims=True)
        alpha = p["production.money_elasticity"]
        increment = (
            p["production.productivity"]
            * self.advantage
            * talent
            * (effective / talent) ** alpha
            * nation.access
        )
        self.capability = (1 - p["production.depreciation"]) * self.capability + increment
        self.terms = self.capability ** p["production.aggregation"]
        self.output = nation.price * (nation.utilisation * self.capability).sum(axis=1)

    def cascade(self, spending, left, effective):
        """E24 to E28, sums over cities: introduction, subscale, duplicated, idle, productive."""
        spent, left, effective = spending.sum(axis=0), left.sum(axis=0), effective.sum(axis=0)
        duplicated = effective * self.nation.duplicated
        idle = (effective - duplicated) * (1 - self.nation.utilisation)
        productive = effective - duplicated - idle
        self.waste = np.array([spent - left, left - effective, duplicated, idle, productive])
        self.spent = spent

    def evaluate(self, t):
        """E30."""
        p, nation, sectors = self.nation.params, self.nation, self.world.sector_count
        published = self.published[:, :sectors]
        peers = np.einsum("ip,ips->is", self.weights, published[self.peers])
        quality = self.quality(peers) if nation.on("comparability") else self.mean_quality
        growth = 2 * (self.capability - self.at_evaluation) / (self.capability + self.at_evaluation)
        result = (nation.priority * quality * growth).sum(axis=1) / nation.priority.sum()
        pilot = nation.on("pilot_zones") * (t >= self.pilot_from)
        unread = np.sqrt(np.maximum(0, (published * (1 - quality)).sum(axis=1)))
        mark = (
            standardised(result - self.mean_over_peers(result))
            - p["tournament.penalty_failure"] * self.failures * (1 - p["policy.pilot_shield"] * pilot)
            + p["tournament.evaluation_noise"] * unread * self.rng.standard_normal(self.count)
        )
        self.score = standardised(mark)
        self.failures[:] = 0
        self.at_evaluation = self.capability.copy()

    def let_officials_leave(self):
        """E31."""
        p = self.nation.params
        h = p["tournament.turnover_per_quarter"] * p["tournament.promoted_share"]
        slope = self.nation.on("tournament") * p["tournament.promotion_slope"]
        promotion = h / (h + (1 - h) * np.exp(-slope * self.score))
        replacement = p["tournament.turnover_per_quarter"] * (1 - p["tournament.promoted_share"])
        leaves = self.rng.random(self.count) < promotion + replacement
        self.career[leaves] = self.rng.beta(2, 2, leaves.sum())


def pick(open_, wants, draws):
    """Rows that pick, and for each row the column picked among the open ones."""
    counts = open_.sum(axis=1)
    wanted = np.minimum(draws * counts, counts - 1).astype(int) + 1
    column = (open_.cumsum(axis=1) == wanted[:, None]).argmax(axis=1)
    return np.flatnonzero(wants & (counts > 0)), column


def standardised(values):
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation >= 1e-12 else np.zeros_like(values)


def run(world, seed):
    """One run: the trajectory of competitiveness, and the largest errors of the accounts in its last quarter."""
    cities, trajectory = Cities(world, seed), []
    for t in range(len(world.quarters)):
        cities.step(t)
        trajectory.append(cities.nation.competitiveness(cities.terms.sum(axis=0)))
    shares = np.abs(cities.shares.sum(axis=1) - 1).max()
    cascade = np.abs(cities.waste.sum(axis=0) / cities.spent - 1).max()
    return np.array(trajectory), {"shares_error": float(shares), "cascade_error": float(cascade)}


if __name__ == "__main__":
    main(run)
