//! What can be read of a run between quarters: cities, sectors, allocations.

use crate::kernel::lanes::LANES;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{budgets, outside, production};
use crate::model::run::Run;

/// The parts of spending, CNY mn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cascade {
    pub spending: f64,
    pub introduction: f64,
    pub subscale: f64,
    pub duplicated: f64,
    pub idle: f64,
    pub productive: f64,
}

impl Cascade {
    /// E26-E28 on what introduction and scale leave.
    pub fn new(
        spending: f64,
        introduction: f64,
        subscale: f64,
        duplicated_share: f64,
        utilisation: f64,
    ) -> Self {
        let effective = spending - introduction - subscale;
        let duplicated = production::duplicated(effective, duplicated_share);
        let idle = production::idle(effective - duplicated, utilisation);
        let productive = effective - duplicated - idle;
        Cascade {
            spending,
            introduction,
            subscale,
            duplicated,
            idle,
            productive,
        }
    }

    /// Adds the parts of another sector or city.
    pub fn add(&mut self, other: Cascade) {
        self.spending += other.spending;
        self.introduction += other.introduction;
        self.subscale += other.subscale;
        self.duplicated += other.duplicated;
        self.idle += other.idle;
        self.productive += other.productive;
    }
}

/// What a city holds and does in a quarter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    /// CNY mn.
    pub budget: f64,
    /// CNY mn.
    pub grant: f64,
    /// CNY mn.
    pub output: f64,
    /// FTE.
    pub researchers: f64,
    /// FTE.
    pub effective_talent: f64,
    /// Of the official in post.
    pub career_weight: f64,
    /// This one included.
    pub quarters_in_post: u32,
}

impl Run<'_> {
    /// Budget share of an option: 0 the rest, then sectors, then instruments.
    pub fn share(&self, city: usize, option: usize) -> f64 {
        let sectors = self.sectors();
        let rows = &self.published.rows;
        let of_sector = |s: usize| rows.get(city, s) * rows.get(city, sectors + 1);
        let of_instrument =
            |m: usize| self.state.held[city / LANES * self.instruments() + m].share[city % LANES];
        match option {
            0 => {
                let instruments = (0..self.instruments()).map(of_instrument);
                1.0 - (0..sectors).map(of_sector).chain(instruments).sum::<f64>()
            }
            _ if option <= sectors => of_sector(option - 1),
            _ => of_instrument(option - 1 - sectors),
        }
    }

    /// Capability of a city in a sector, capability units.
    pub fn capability(&self, city: usize, sector: usize) -> f64 {
        self.state.stocks(city / LANES)[sector][city % LANES]
    }

    /// Design of an instrument; meaningful where it is in force.
    pub fn design(&self, city: usize, instrument: usize) -> f64 {
        self.optimum(city, instrument) + self.distance(city, instrument)
    }

    /// Design of an instrument less its local optimum; meaningful where it is in force.
    pub(crate) fn distance(&self, city: usize, instrument: usize) -> f64 {
        self.state.held[city / LANES * self.instruments() + instrument].distance[city % LANES]
    }

    /// Design of an instrument that would suit the city best; nobody in the model knows it.
    pub fn optimum(&self, city: usize, instrument: usize) -> f64 {
        self.state.optimum[city / LANES * self.instruments() + instrument][city % LANES]
    }

    /// Whether an instrument is in force in a city.
    pub fn is_in_force(&self, city: usize, instrument: usize) -> bool {
        self.published.in_force[city] >> instrument & 1 == 1
    }

    /// Whether an instrument is a national measure in force.
    pub fn is_national(&self, instrument: usize) -> bool {
        self.nation.national >> instrument & 1 == 1
    }

    /// Template design of a national measure.
    pub fn template(&self, instrument: usize) -> Option<f64> {
        self.is_national(instrument)
            .then(|| self.nation.template[instrument])
    }

    /// Advantage of a city in a sector (D4).
    pub fn advantage(&self, city: usize, sector: usize) -> f64 {
        self.setup.advantage[city / LANES * self.sectors() + sector][city % LANES]
    }

    /// Productivity of the rest of a city's economy (D5).
    pub fn outside_productivity(&self, city: usize) -> f64 {
        self.setup.columns[city / LANES].outside[city % LANES]
    }

    /// Money in an instrument in the quarter just done, CNY mn.
    pub fn instrument_money(&self, city: usize, instrument: usize) -> f64 {
        self.share(city, 1 + self.sectors() + instrument) * self.budget(city)
    }

    /// Effect of an instrument in a city, E20 with the money, design and stringency of the quarter just done; 0 where
    /// it is not in force.
    pub fn effect(&self, city: usize, instrument: usize) -> f64 {
        if !self.is_in_force(city, instrument) {
            return 0.0;
        }
        self.effect_of_money(city, instrument, self.instrument_money(city, instrument))
    }

    /// E20 with so much money, CNY mn, and the design and stringency of the quarter.
    pub(crate) fn effect_of_money(&self, city: usize, instrument: usize, money: f64) -> f64 {
        let policy = &self.params.policy;
        let lane = city % LANES;
        let constants = &self.setup.columns[city / LANES];
        let true_effect = budgets::tier_effect(
            self.nation.true_effect[instrument],
            self.world().instruments[instrument].tier_slope,
            constants.amenity[lane],
        );
        let fit = budgets::design_fit(
            self.distance(city, instrument),
            0.0,
            1.0 / policy.design_tolerance,
        );
        let unblunted = 1.0 - self.rules.preemption * self.nation.stringency;
        let money = budgets::money_effect(money, policy.half_money_share * constants.base[lane]);
        true_effect * fit * unblunted * money
    }

    /// Instruments in force in a city, one bit each by row.
    pub fn portfolio(&self, city: usize) -> u64 {
        self.published.in_force[city]
    }

    /// Whether a city is designated as a pilot zone in the quarter just done, whatever the mechanism does with it.
    pub fn is_designated(&self, city: usize) -> bool {
        self.quarter > 0 && self.setup.timeline.is_pilot_zone(self.quarter - 1, city)
    }

    /// Value of a city's output from one sector in the quarter just done (E39), CNY mn.
    pub fn sector_output(&self, city: usize, sector: usize) -> f64 {
        let used = self.nation.utilisation[sector] * self.capability(city, sector);
        production::output(self.setup.output_price, used)
    }

    /// Researchers of a city, FTE.
    pub fn researchers(&self, city: usize) -> f64 {
        self.state.columns[city / LANES].researchers[city % LANES]
    }

    /// Score of a city's last evaluation, s.d.
    pub fn score(&self, city: usize) -> f64 {
        self.scores.score[city]
    }

    /// Career weight of the official who is in post next quarter, 0 to 1.
    pub fn career_weight(&self, city: usize) -> f64 {
        let in_post = self.state.columns[city / LANES].career_weight[city % LANES];
        let enters = self
            .successors
            .binary_search_by_key(&(city as u32), |(city, _)| *city);
        enters.map_or(in_post, |at| self.successors[at].1)
    }

    /// What a city holds and does in the quarter just done.
    pub(crate) fn own(&self, city: usize) -> Own {
        let (lane, own) = (city % LANES, &self.state.columns[city / LANES]);
        Own {
            budget: own.budget[lane],
            grant: own.grant[lane],
            output: own.output[lane],
            researchers: own.researchers[lane],
            effective_talent: own.effective_talent[lane],
            career_weight: own.career_weight[lane],
            quarters_in_post: self.quarter - self.state.in_post_since[city],
        }
    }

    /// Money in all instruments of a city in the quarter just done, CNY mn.
    pub(crate) fn instruments_money(&self, city: usize) -> f64 {
        (0..self.instruments())
            .map(|m| self.instrument_money(city, m))
            .sum()
    }

    /// Return that spending on sectors would have had in the rest of a city's economy.
    pub(crate) fn forgone(&self, city: usize, spending: f64) -> f64 {
        self.params.outcomes.rest_return * self.outside_productivity(city) * spending
    }

    /// Whether a city is a pilot zone in the quarter just done; none is where the mechanism is off.
    pub(crate) fn is_pilot_zone(&self, city: usize) -> bool {
        self.params.mechanisms.pilot_zones && self.is_designated(city)
    }

    /// A city's spending on all sectors; parts as in [`Run::city_cascade`].
    pub(crate) fn spending_of(&self, city: usize) -> Cascade {
        let mut cascade = Cascade::default();
        for s in 0..self.sectors() {
            cascade.add(self.city_cascade(city, s));
        }
        cascade
    }

    /// E2 of the capability just built, by sector; 0 beyond the last.
    pub(crate) fn national_capabilities(&self) -> [f64; MAX_SECTORS] {
        let (rho, terms) = (self.params.production.aggregation, &self.nation.terms);
        let mut capability = [0.0; MAX_SECTORS];
        outside::national_capabilities(terms, rho, &mut capability[..terms.len()]);
        capability
    }

    /// The nation's cascade in a sector.
    pub(crate) fn national_cascade(&self, sector: usize) -> Cascade {
        let sums = &self.nation.sums.sectors[sector];
        Cascade::new(
            sums.spending,
            sums.introduction,
            sums.subscale,
            self.nation.duplicated_share[sector],
            self.nation.utilisation[sector],
        )
    }

    /// A city's spending on a sector in the quarter just done. Its parts need [`Run::set_detail`]; without it
    /// introduction and subscale read 0.
    pub(crate) fn city_cascade(&self, city: usize, sector: usize) -> Cascade {
        let (block, lane) = (city / LANES, city % LANES);
        let spending = if self.quarter > 0 {
            self.share(city, 1 + sector) * self.state.columns[block].budget[lane]
        } else {
            0.0
        };
        let [introduction, subscale] = self
            .state
            .detail(block, sector)
            .map_or([0.0; 2], |parts| [parts[0][lane], parts[1][lane]]);
        Cascade::new(
            spending,
            introduction,
            subscale,
            self.nation.duplicated_share[sector],
            self.nation.utilisation[sector],
        )
    }
}
