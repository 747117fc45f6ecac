//! A number that is not finite stops the run, with the city, the quarter and the equation.

use super::error::ModelError;
use super::run::Run;
use crate::lanes::LANES;

impl Run<'_> {
    /// Looks at the sums of the quarter; only where one is not finite, at the cities.
    pub(crate) fn check_state(&self) -> Result<(), ModelError> {
        let sectors = self.sectors();
        let total = &self.nation.sums;
        let sums = [
            total.budget,
            total.researchers,
            total.effective_talent,
            total.output,
            total.location,
        ];
        let by_sector = total.sectors[..sectors].iter().flat_map(|sector| {
            [
                sector.capability,
                sector.terms,
                sector.spending,
                sector.introduction,
                sector.subscale,
            ]
        });
        let nation = self
            .nation
            .frontier
            .iter()
            .chain(&self.nation.demand)
            .chain(&self.nation.priority)
            .copied();
        if sums
            .into_iter()
            .chain(by_sector)
            .chain(nation)
            .all(f64::is_finite)
        {
            return Ok(());
        }
        Err(self.first_not_finite())
    }

    fn first_not_finite(&self) -> ModelError {
        let error = |city: Option<usize>, equation, what, value| ModelError::NotFinite {
            quarter: self.quarter,
            date: self.world().start.plus(self.quarter as i32).to_string(),
            city: city.map(|row| self.world().cities[row].name.clone()),
            equation,
            what,
            value,
        };
        for (equation, what, values) in [
            ("E1", "the frontier", &self.nation.frontier),
            ("E37", "demand", &self.nation.demand),
            ("E4", "a priority", &self.nation.priority),
        ] {
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                return error(None, equation, what, *value);
            }
        }
        let (sectors, options) = (self.sectors(), 1 + self.sectors() + self.instruments());
        let decisions = self.decisions.iter();
        for ((constants, chunk), decisions) in
            self.setup.chunks.iter().zip(&self.chunks).zip(decisions)
        {
            for own in 0..constants.cities {
                let (city, block, lane) = (constants.first + own, own / LANES, own % LANES);
                let stocks = &chunk.capability[block * sectors..(block + 1) * sectors];
                let all = (0..options)
                    .map(|option| ("E13", "a budget share", self.share(city, option)))
                    .chain([
                        ("E14", "the budget", chunk.columns[block].budget[lane]),
                        (
                            "E21",
                            "the weight of its location",
                            decisions.location_weight[block][lane],
                        ),
                        (
                            "E22",
                            "the number of researchers",
                            chunk.columns[block].researchers[lane],
                        ),
                        (
                            "E23",
                            "effective talent",
                            chunk.columns[block].effective_talent[lane],
                        ),
                    ])
                    .chain(
                        stocks
                            .iter()
                            .map(|stock| ("E29", "capability", stock[lane])),
                    )
                    .chain([("E39", "output", chunk.columns[block].output[lane])]);
                for (equation, what, value) in all {
                    if !value.is_finite() {
                        return error(Some(city), equation, what, value);
                    }
                }
            }
        }
        let terms = self.nation.sums.sectors[..sectors]
            .iter()
            .find(|sector| !sector.terms.is_finite());
        error(
            None,
            "E2",
            "the sum over cities",
            terms.map_or(f64::NAN, |sector| sector.terms),
        )
    }
}
