//! What can be read of a run between quarters: cities, sectors, allocations.

use crate::kernel::lanes::LANES;
use crate::kernel::parallel::CHUNK_BLOCKS;
use crate::model::construction;
use crate::model::data::MAX_SECTORS;
use crate::model::equations::{outside, production};
use crate::model::phases::instruments;
use crate::model::run::Run;
use crate::model::sums::BuildingSums;

/// The parts of spending, CNY mn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cascade {
    pub spending: f64,
    /// Spending whose use is known: the sum of the five parts that follow.
    pub settled: f64,
    pub introduction: f64,
    pub subscale: f64,
    pub duplicated: f64,
    pub idle: f64,
    pub productive: f64,
}

impl Cascade {
    /// E26-E28 on what is completed: what introduction and scale leave, where building takes no time.
    pub fn new(
        spending: f64,
        introduction: f64,
        subscale: f64,
        completed: Option<f64>,
        duplicated_share: f64,
        utilisation: f64,
    ) -> Self {
        let (settled, completed) = match completed {
            None => (spending, spending - introduction - subscale),
            Some(done) => (production::settled(introduction, subscale, done), done),
        };
        let duplicated = production::duplicated(completed, duplicated_share);
        let idle = production::idle(completed - duplicated, utilisation);
        let productive = completed - duplicated - idle;
        Cascade {
            spending,
            settled,
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
        self.settled += other.settled;
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

/// What a city's instruments come to in a quarter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InstrumentUse {
    /// Money spent on failed experiments, CNY mn.
    pub failed: f64,
    /// Money that only moves researchers, CNY mn.
    pub poaching: f64,
    /// O8 of the city.
    pub liberalisation: f64,
}

impl Run<'_> {
    /// Budget share of an option: 0 the rest, then sectors, then instruments.
    pub fn share(&self, city: usize, option: usize) -> f64 {
        self.state.share(city, option)
    }

    /// Capability of a city in a sector, capability units.
    pub fn capability(&self, city: usize, sector: usize) -> f64 {
        self.state.cities.stocks(city / LANES)[sector][city % LANES]
    }

    /// Design of an instrument; meaningful where it is in force.
    pub fn design(&self, city: usize, instrument: usize) -> f64 {
        self.state.cities.design(city, instrument)
    }

    /// Design of an instrument that would suit the city best; nobody in the model knows it.
    pub fn optimum(&self, city: usize, instrument: usize) -> f64 {
        self.state.cities.optimum(city, instrument)
    }

    /// Whether an instrument is in force in a city.
    pub fn is_in_force(&self, city: usize, instrument: usize) -> bool {
        self.state.published.in_force[city] >> instrument & 1 == 1
    }

    /// Whether an instrument is a national measure in force.
    pub fn is_national(&self, instrument: usize) -> bool {
        self.state.nation.national >> instrument & 1 == 1
    }

    /// Template design of a national measure.
    pub fn template(&self, instrument: usize) -> Option<f64> {
        self.is_national(instrument)
            .then(|| self.state.nation.template[instrument])
    }

    /// Advantage of a city in a sector (D4).
    pub fn advantage(&self, city: usize, sector: usize) -> f64 {
        self.now.setup.advantage[city / LANES * self.now.sectors() + sector][city % LANES]
    }

    /// Productivity of the rest of a city's economy (D5).
    pub fn outside_productivity(&self, city: usize) -> f64 {
        self.now.setup.columns[city / LANES].outside[city % LANES]
    }

    /// Money in an instrument in the quarter just done, CNY mn.
    pub fn instrument_money(&self, city: usize, instrument: usize) -> f64 {
        self.share(city, 1 + self.now.sectors() + instrument) * self.budget(city)
    }

    /// Effect of an instrument in a city, E20 with the money, design and stringency of the quarter just done; 0 where
    /// it is not in force.
    pub fn effect(&self, city: usize, instrument: usize) -> f64 {
        let used = instruments::in_use(&self.now, &self.state, city / LANES, instrument);
        used.effect[city % LANES]
    }

    /// Instruments in force in a city, one bit each by row.
    pub fn portfolio(&self, city: usize) -> u64 {
        self.state.published.in_force[city]
    }

    /// Whether a city is designated as a pilot zone in the quarter just done, whatever the mechanism does with it.
    pub fn is_designated(&self, city: usize) -> bool {
        self.now.quarter > 0
            && self
                .now
                .setup
                .timeline
                .is_pilot_zone(self.now.quarter - 1, city)
    }

    /// Value of a city's output from one sector in the quarter just done (E39), CNY mn.
    pub fn sector_output(&self, city: usize, sector: usize) -> f64 {
        let used = self.state.nation.utilisation[sector] * self.capability(city, sector);
        production::output(self.now.setup.output_price, used)
    }

    /// Researchers of a city, FTE.
    #[cfg(feature = "internals")]
    pub fn researchers(&self, city: usize) -> f64 {
        self.state.cities.columns[city / LANES].researchers[city % LANES]
    }

    /// Score of a city's last evaluation, s.d.
    pub fn score(&self, city: usize) -> f64 {
        self.state.scores.score[city]
    }

    /// Career weight of the official who is in post next quarter, 0 to 1.
    #[cfg(feature = "internals")]
    pub fn career_weight(&self, city: usize) -> f64 {
        let in_post = self.state.cities.columns[city / LANES].career_weight[city % LANES];
        let enters = self
            .state
            .successors
            .binary_search_by_key(&(city as u32), |(city, _)| *city);
        enters.map_or(in_post, |at| self.state.successors[at].1)
    }

    /// What a city holds and does in the quarter just done.
    pub(crate) fn own(&self, city: usize) -> Own {
        let (lane, own) = (city % LANES, &self.state.cities.columns[city / LANES]);
        Own {
            budget: own.budget[lane],
            grant: own.grant[lane],
            output: own.output[lane],
            researchers: own.researchers[lane],
            effective_talent: own.effective_talent[lane],
            career_weight: own.career_weight[lane],
            quarters_in_post: self.now.quarter - self.state.cities.in_post_since[city],
        }
    }

    /// Money in all instruments of a city in the quarter just done, CNY mn.
    pub(crate) fn instruments_money(&self, city: usize) -> f64 {
        (0..self.now.instruments())
            .map(|m| self.instrument_money(city, m))
            .sum()
    }

    /// What a city's instruments come to in the quarter just done.
    pub(crate) fn instrument_use(&self, city: usize) -> InstrumentUse {
        let lane = city % LANES;
        let (money, liberalisation) = instruments::spent(&self.now, &self.state, city / LANES);
        InstrumentUse {
            failed: money.failed[lane],
            poaching: money.poaching[lane],
            liberalisation: liberalisation[lane],
        }
    }

    /// Row of the city with most capability in a sector; ties fall to the first row.
    pub fn national_leader(&self, sector: usize) -> u32 {
        self.state.cities.leader(sector)
    }

    /// Return that spending on sectors would have had in the rest of a city's economy.
    pub(crate) fn forgone(&self, city: usize, spending: f64) -> f64 {
        self.now.params.outcomes.rest_return * self.outside_productivity(city) * spending
    }

    /// Whether a city is a pilot zone in the quarter just done; none is where the mechanism is off.
    pub(crate) fn is_pilot_zone(&self, city: usize) -> bool {
        self.now.params.mechanisms.pilot_zones && self.is_designated(city)
    }

    /// A city's spending on all sectors; parts as in [`Run::city_cascade`].
    pub(crate) fn spending_of(&self, city: usize) -> Cascade {
        let mut cascade = Cascade::default();
        for s in 0..self.now.sectors() {
            cascade.add(self.city_cascade(city, s));
        }
        cascade
    }

    /// E2 of the capability just built, by sector; 0 beyond the last.
    pub(crate) fn national_capabilities(&self) -> [f64; MAX_SECTORS] {
        let (rho, terms) = (
            self.now.params.production.aggregation,
            &self.state.nation.terms,
        );
        let mut capability = [0.0; MAX_SECTORS];
        outside::national_capabilities(terms, rho, &mut capability[..terms.len()]);
        capability
    }

    /// What the nation builds in a sector; none where nothing takes time to build.
    fn building(&self, sector: usize) -> Option<&BuildingSums<f64>> {
        self.state.nation.sums.building.get(sector)
    }

    /// Spending of the nation on a sector that is under construction at the end of the quarter just done, CNY mn.
    pub(crate) fn nation_under_construction(&self, sector: usize) -> f64 {
        self.building(sector)
            .map_or(0.0, |sums| sums.under_construction)
    }

    /// Spending of a city on a sector that is under construction at the end of the quarter just done, CNY mn.
    pub(crate) fn under_construction(&self, city: usize, sector: usize) -> f64 {
        let places = &self.now.setup.places;
        let of_block = city / LANES * places.count..(city / LANES + 1) * places.count;
        let work = places.of(sector, &self.state.cities.work[of_block]);
        construction::money(work)[city % LANES]
    }

    /// The nation's cascade in a sector.
    pub(crate) fn national_cascade(&self, sector: usize) -> Cascade {
        let sums = &self.state.nation.sums.sectors[sector];
        Cascade::new(
            sums.spending,
            sums.introduction,
            sums.subscale,
            self.building(sector).map(|sums| sums.completed),
            self.state.nation.duplicated_share[sector],
            self.state.nation.utilisation[sector],
        )
    }

    /// A city's spending on a sector in the quarter just done. Its parts need [`Run::set_detail`]; without it
    /// introduction and subscale read 0.
    pub(crate) fn city_cascade(&self, city: usize, sector: usize) -> Cascade {
        let (block, lane) = (city / LANES, city % LANES);
        let spending = if self.now.quarter > 0 {
            self.share(city, 1 + sector) * self.state.cities.columns[block].budget[lane]
        } else {
            0.0
        };
        let of_chunk = &self.scratch.chunks[block / CHUNK_BLOCKS].detail;
        let [introduction, subscale, completed] = of_chunk
            .get(block % CHUNK_BLOCKS * self.now.sectors() + sector)
            .map_or([0.0; 3], |parts| parts.map(|part| part[lane]));
        Cascade::new(
            spending,
            introduction,
            subscale,
            self.building(sector).map(|_| completed),
            self.state.nation.duplicated_share[sector],
            self.state.nation.utilisation[sector],
        )
    }
}
