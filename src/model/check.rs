//! A number that is not finite stops the run, with the city, the quarter and the equation.

use crate::kernel::lanes::LANES;
use crate::model::decisions::Decisions;
use crate::model::error::ModelError;
use crate::model::now::Now;
use crate::model::state::State;

/// Looks at the sums of the quarter; only where one is not finite, at the cities.
pub(crate) fn check(now: &Now, state: &State, decisions: &[Decisions]) -> Result<(), ModelError> {
    let sectors = now.sectors();
    let nation = &state.nation;
    let total = &nation.sums.all;
    let sums = [
        total.budget,
        total.researchers,
        total.effective_talent,
        total.output,
        total.location,
    ];
    let by_sector = nation.sums.sectors[..sectors].iter().flat_map(|sector| {
        [
            sector.capability,
            sector.terms,
            sector.spending,
            sector.introduction,
            sector.subscale,
        ]
    });
    let national = nation
        .frontier
        .iter()
        .chain(&nation.demand)
        .chain(&nation.priority)
        .copied();
    if sums
        .into_iter()
        .chain(by_sector)
        .chain(national)
        .all(f64::is_finite)
    {
        return Ok(());
    }
    Err(first_not_finite(now, state, decisions))
}

fn first_not_finite(now: &Now, state: &State, decisions: &[Decisions]) -> ModelError {
    let (world, nation) = (now.setup.world(), &state.nation);
    let error = |city: Option<usize>, equation, what, value| ModelError::NotFinite {
        quarter: now.quarter,
        date: world.start.plus(now.quarter as i32).to_string(),
        city: city.map(|row| world.cities[row].name.clone()),
        equation,
        what,
        value,
    };
    for (equation, what, values) in [
        ("E1", "the frontier", &nation.frontier),
        ("E37", "demand", &nation.demand),
        ("E4", "a priority", &nation.priority),
    ] {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return error(None, equation, what, *value);
        }
    }
    let (sectors, options) = (now.sectors(), 1 + now.sectors() + now.instruments());
    for (constants, decisions) in now.setup.chunks.iter().zip(decisions) {
        for own in 0..constants.cities {
            let (city, block, lane) = (constants.first + own, own / LANES, own % LANES);
            let stocks = state.cities.stocks(city / LANES);
            let columns = &state.cities.columns[city / LANES];
            let all = (0..options)
                .map(|option| ("E13", "a budget share", state.share(city, option)))
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
    let terms = nation.sums.sectors[..sectors]
        .iter()
        .find(|sector| !sector.terms.is_finite());
    error(
        None,
        "E2",
        "the sum over cities",
        terms.map_or(f64::NAN, |sector| sector.terms),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::kernel::random::Draws;
    use crate::model::run::Run;
    use crate::model::setup::Setup;
    use std::path::Path;

    /// City, equation and value of the error after a change to the state behind two quarters.
    fn found(setup: &Setup, spoil: impl FnOnce(&mut Run)) -> (Option<String>, &'static str, f64) {
        let draws = Draws {
            seed: 1,
            replicate: 0,
        };
        let mut run = Run::new(setup, draws);
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
        } = first_not_finite(&run.now, &run.state, &run.scratch.decisions)
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
                Box::new(|run| run.state.nation.frontier[3] = infinite),
                None,
                "E1",
            ),
            (
                Box::new(|run| run.state.nation.demand[3] = infinite),
                None,
                "E37",
            ),
            (
                Box::new(|run| run.state.nation.priority[3] = infinite),
                None,
                "E4",
            ),
            (
                Box::new(|run| run.state.published.rows.set(city, sectors - 1, infinite)),
                name(),
                "E13",
            ),
            (
                Box::new(|run| {
                    let count = run.now.instruments();
                    let last = (block + 1) * count - 1;
                    run.state.cities.adopted[last].share[lane] = infinite;
                }),
                name(),
                "E13",
            ),
            (
                Box::new(|run| run.state.cities.columns[block].budget[lane] = infinite),
                name(),
                "E14",
            ),
            (
                Box::new(|run| run.scratch.decisions[0].location_weight[block][lane] = infinite),
                name(),
                "E21",
            ),
            (
                Box::new(|run| run.state.cities.columns[block].researchers[lane] = infinite),
                name(),
                "E22",
            ),
            (
                Box::new(|run| run.state.cities.columns[block].effective_talent[lane] = infinite),
                name(),
                "E23",
            ),
            (
                Box::new(|run| {
                    let last = (block + 1) * sectors - 1;
                    run.state.cities.capability[last][lane] = infinite;
                }),
                name(),
                "E29",
            ),
            (
                Box::new(|run| run.state.cities.capability[block * sectors][lane] = infinite),
                name(),
                "E29",
            ),
            (
                Box::new(|run| run.state.nation.sums.sectors[3].terms = infinite),
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
            run.state.cities.columns[block].output[lane] = f64::NEG_INFINITY;
        });
        assert_eq!((of, at, value), (name(), "E39", f64::NEG_INFINITY));
    }
}
