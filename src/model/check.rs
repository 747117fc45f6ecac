//! A number that is not finite stops the run, with the city, the quarter and the equation.

use crate::kernel::lanes::LANES;
use crate::model::error::ModelError;
use crate::model::run::Run;

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
        for (constants, decisions) in self.setup.chunks.iter().zip(decisions) {
            for own in 0..constants.cities {
                let (city, block, lane) = (constants.first + own, own / LANES, own % LANES);
                let stocks = self.state.stocks(city / LANES);
                let columns = &self.state.columns[city / LANES];
                let all = (0..options)
                    .map(|option| ("E13", "a budget share", self.share(city, option)))
                    .chain([
                        ("E14", "the budget", columns.budget[lane]),
                        (
                            "E21",
                            "the weight of its location",
                            decisions.location_weight[block][lane],
                        ),
                        (
                            "E22",
                            "the number of researchers",
                            columns.researchers[lane],
                        ),
                        ("E23", "effective talent", columns.effective_talent[lane]),
                    ])
                    .chain(
                        stocks
                            .iter()
                            .map(|stock| ("E29", "capability", stock[lane])),
                    )
                    .chain([("E39", "output", columns.output[lane])]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::kernel::random::Luck;
    use crate::model::setup::Setup;
    use std::path::Path;

    /// City, equation and value of the error after a change to the state behind two quarters.
    fn found(setup: &Setup, spoil: impl FnOnce(&mut Run)) -> (Option<String>, &'static str, f64) {
        let luck = Luck {
            seed: 1,
            replicate: 0,
        };
        let mut run = Run::new(setup, luck);
        for _ in 0..2 {
            run.step(None).expect("only finite numbers");
        }
        spoil(&mut run);
        let ModelError::NotFinite {
            quarter,
            date,
            city,
            equation,
            value,
            ..
        } = run.first_not_finite()
        else {
            panic!("another error");
        };
        assert_eq!((quarter, date.as_str()), (2, "2015Q3"));
        (city, equation, value)
    }

    #[test]
    fn the_first_number_that_is_not_finite_is_named_with_its_city_and_equation() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let setup = Worlds::new(&base, &[])
            .setup(&Variant::default())
            .expect("a world");
        let sectors = setup.world().sectors.len();
        // In the second block, so that block and lane are told apart.
        let city = 11;
        let name = || Some(setup.world().cities[city].name.clone());
        let (block, lane) = (city / LANES, city % LANES);
        let infinite = f64::INFINITY;
        type Spoil<'a> = Box<dyn FnOnce(&mut Run) + 'a>;
        let cases: [(Spoil, Option<String>, &str); 12] = [
            (
                Box::new(|run| run.nation.frontier[3] = infinite),
                None,
                "E1",
            ),
            (Box::new(|run| run.nation.demand[3] = infinite), None, "E37"),
            (
                Box::new(|run| run.nation.priority[3] = infinite),
                None,
                "E4",
            ),
            (
                Box::new(|run| run.published.rows.set(city, sectors - 1, infinite)),
                name(),
                "E13",
            ),
            (
                Box::new(|run| {
                    let count = run.instruments();
                    let last = (block + 1) * count - 1;
                    run.state.held[last].share[lane] = infinite;
                }),
                name(),
                "E13",
            ),
            (
                Box::new(|run| run.state.columns[block].budget[lane] = infinite),
                name(),
                "E14",
            ),
            (
                Box::new(|run| run.decisions[0].location_weight[block][lane] = infinite),
                name(),
                "E21",
            ),
            (
                Box::new(|run| run.state.columns[block].researchers[lane] = infinite),
                name(),
                "E22",
            ),
            (
                Box::new(|run| run.state.columns[block].effective_talent[lane] = infinite),
                name(),
                "E23",
            ),
            (
                Box::new(|run| {
                    let last = (block + 1) * sectors - 1;
                    run.state.capability[last][lane] = infinite;
                }),
                name(),
                "E29",
            ),
            (
                Box::new(|run| run.state.capability[block * sectors][lane] = infinite),
                name(),
                "E29",
            ),
            (
                Box::new(|run| run.nation.sums.sectors[3].terms = infinite),
                None,
                "E2",
            ),
        ];
        for (spoil, city, equation) in cases {
            let (of, at, value) = found(&setup, spoil);
            assert_eq!((of, at), (city, equation));
            assert!(
                value.is_infinite() || equation == "E13",
                "{equation}: {value}"
            );
        }
        // The number itself, not its neighbours.
        let (of, at, value) = found(&setup, |run| {
            run.state.columns[block].output[lane] = f64::NEG_INFINITY;
        });
        assert_eq!((of, at, value), (name(), "E39", f64::NEG_INFINITY));
    }
}
