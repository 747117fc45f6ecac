//! The twin against the core.

use std::fmt::Debug;

use dualtrack::kernel::random::Draws;
use dualtrack::model::data::{Closure, World};
use dualtrack::model::params::Value;
use dualtrack::model::record::{ChampionEvent, EventLog, Move, OfficialEvent, PolicyEvent};
use dualtrack::model::{run::Run, setup::Setup};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::Twin;
use super::formulas::{first_largest, frontier_ratio, money_factor, national_capability};
use crate::rows::{AllocationRow, CityRow, National, SectorRow};
use crate::worlds::{any_world, set, shipped, small_world, switch, wide_world};

/// Relative difference that rounding may make.
const RELATIVE: f64 = 1e-10;
/// Absolute difference below which nothing is compared.
const FLOOR: f64 = 1e-12;

/// What differs, in words.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn number(&mut self, name: &str, twin: f64, core: f64) {
        self.part(name, twin, core, 0.0);
    }

    /// A part of `whole`, whose own rounding counts.
    fn part(&mut self, name: &str, twin: f64, core: f64, whole: f64) {
        let size = twin.abs().max(core.abs()).max(whole.abs());
        let is_close = (twin - core).abs() <= (RELATIVE * size).max(FLOOR);
        if !(is_close && core.is_finite()) {
            self.0.push(format!("{name}: twin {twin:e}, core {core:e}"));
        }
    }

    fn option(&mut self, name: &str, twin: Option<f64>, core: Option<f64>) {
        match (twin, core) {
            (Some(twin), Some(core)) => self.number(name, twin, core),
            _ => self.same(name, &twin, &core),
        }
    }

    fn same<T: PartialEq + Debug>(&mut self, name: &str, twin: &T, core: &T) {
        if twin != core {
            self.0.push(format!("{name}: twin {twin:?}, core {core:?}"));
        }
    }

    fn national(&mut self, twin: &National, core: &National) {
        macro_rules! numbers {
            ($($field:ident),*) => {
                $(self.number(concat!("national ", stringify!($field)), twin.$field, core.$field);)*
            };
        }
        macro_rules! parts {
            ($whole:ident: $($field:ident),*) => {
                $(self.part(
                    concat!("national ", stringify!($field)), twin.$field, core.$field, twin.$whole,
                );)*
            };
        }
        macro_rules! options {
            ($($field:ident),*) => {
                $(self.option(concat!("national ", stringify!($field)), twin.$field, core.$field);)*
            };
        }
        macro_rules! counts {
            ($($field:ident),*) => {
                $(self.same(concat!("national ", stringify!($field)), &twin.$field, &core.$field);)*
            };
        }
        numbers!(
            competitiveness,
            sovereignty,
            gap,
            budget_cny_mn,
            spending_cny_mn,
            instruments_cny_mn,
            forgone_cny_mn,
            output_cny_mn,
            grants_cny_mn,
            specialisation,
            concentration,
            top_city_share,
            liberalisation,
            instruments_in_force,
            stringency,
            eu_pressure,
            us_pressure,
            export_controls,
            utilisation,
            researchers,
            effective_talent,
            gini_budget,
            gini_researchers,
            gini_capability
        );
        parts!(
            settled_cny_mn: introduction_cny_mn,
            subscale_cny_mn,
            duplicated_cny_mn,
            idle_cny_mn,
            productive_cny_mn
        );
        parts!(spending_cny_mn: settled_cny_mn, under_construction_cny_mn);
        parts!(instruments_cny_mn: failed_experiments_cny_mn, poaching_cny_mn);
        options!(similarity_all, similarity_peers, local_origin_share);
        counts!(
            national_measures,
            incidents,
            champions,
            pioneered,
            imitated,
            taken_up,
            given_up
        );
        // A small gain over little money: the rounding of competitiveness itself counts.
        match (twin.efficiency_per_cny_bn, core.efficiency_per_cny_bn) {
            (Some(of_twin), Some(of_core)) => {
                let spent = twin.spending_cny_mn + twin.instruments_cny_mn;
                let whole = twin.competitiveness / (spent / 1000.0);
                self.part("national efficiency", of_twin, of_core, whole);
            }
            (of_twin, of_core) => self.same("national efficiency", &of_twin, &of_core),
        }
    }

    fn cities(&mut self, twin: &Twin, run: &Run) {
        for i in 0..twin.cities() {
            let row = CityRow::of(run, i);
            let spent: f64 = twin.flows.spending[i].iter().sum();
            let spending = spent.max(twin.flows.settled[i].iter().sum());
            let on_instruments: f64 = twin.flows.instruments[i].iter().sum();
            let mut part = |name: &str, of_twin: f64, of_core: f64, whole: f64| {
                self.part(&format!("city {i} {name}"), of_twin, of_core, whole);
            };
            let flows = &twin.flows;
            let sum = |table: &[Vec<f64>]| table[i].iter().sum::<f64>();
            part("budget", twin.budget[i], row.budget_cny_mn, 0.0);
            part("grant", twin.grant[i], row.grant_cny_mn, 0.0);
            part("spending", spent, row.spending_cny_mn, 0.0);
            part("settled", sum(&flows.settled), row.settled_cny_mn, 0.0);
            part(
                "under construction",
                sum(&flows.under_construction),
                row.under_construction_cny_mn,
                spending,
            );
            part(
                "introduction",
                sum(&flows.introduction),
                row.introduction_cny_mn,
                spending,
            );
            part(
                "subscale",
                sum(&flows.subscale),
                row.subscale_cny_mn,
                spending,
            );
            part(
                "duplicated",
                sum(&flows.duplicated),
                row.duplicated_cny_mn,
                spending,
            );
            part("idle", sum(&flows.idle), row.idle_cny_mn, spending);
            part(
                "productive",
                sum(&flows.productive),
                row.productive_cny_mn,
                spending,
            );
            part("instruments", on_instruments, row.instruments_cny_mn, 0.0);
            let (failed, poaching) = (flows.failed_experiments[i], flows.poaching[i]);
            part(
                "failed",
                failed,
                row.failed_experiments_cny_mn,
                on_instruments,
            );
            part("poaching", poaching, row.poaching_cny_mn, on_instruments);
            part("forgone", flows.forgone[i], row.forgone_cny_mn, 0.0);
            part("output", twin.output[i], row.output_cny_mn, 0.0);
            part(
                "capability",
                twin.capability[i].iter().sum(),
                row.capability,
                0.0,
            );
            part("researchers", twin.researchers[i], row.researchers, 0.0);
            part("researchers", twin.researchers[i], run.researchers(i), 0.0);
            part(
                "effective talent",
                twin.effective_talent[i],
                row.effective_talent,
                0.0,
            );
            part("score", twin.score[i], row.score, 1.0);
            part("score", twin.score[i], run.score(i), 1.0);
            part(
                "career weight",
                twin.career_weight[i],
                run.career_weight(i),
                0.0,
            );
            part(
                "career weight in the row",
                twin.in_post[i].0,
                row.career_weight,
                0.0,
            );
            for (option, share) in twin.shares[i].iter().enumerate() {
                part(
                    &format!("share of {option}"),
                    *share,
                    run.share(i, option),
                    0.0,
                );
            }
            for m in (0..twin.instruments()).filter(|m| twin.in_force[i][*m]) {
                part(
                    &format!("design {m}"),
                    twin.design[i][m],
                    run.design(i, m),
                    0.0,
                );
            }
            for m in 0..twin.instruments() {
                part(
                    &format!("optimum {m}"),
                    twin.optimum[i][m],
                    run.optimum(i, m),
                    0.0,
                );
            }
            let mut liberalisation = 0.0;
            for m in (0..twin.instruments()).filter(|m| twin.in_force[i][*m]) {
                let half = twin.params.policy.half_money_share * twin.constants.base[i];
                let works = money_factor(flows.instruments[i][m], half);
                liberalisation +=
                    twin.fit(i, m) * twin.left_by_law() * works / twin.instruments() as f64;
            }
            part("liberalisation", liberalisation, row.liberalisation, 0.0);
            for s in 0..twin.sectors() {
                self.allocation(twin, i, s, &AllocationRow::of(run, i, s));
                let name = format!("city {i} capability {s}");
                self.number(&name, twin.capability[i][s], run.capability(i, s));
            }
            for m in 0..twin.instruments() {
                let name = format!("city {i} has {m}");
                self.same(&name, &twin.in_force[i][m], &run.is_in_force(i, m));
            }
            self.counts_of_city(twin, i, &row);
        }
    }

    fn counts_of_city(&mut self, twin: &Twin, i: usize, row: &CityRow) {
        let name = |what: &str| format!("city {i} {what}");
        let in_force = twin.in_force[i].iter().filter(|x| **x).count() as u32;
        self.same(&name("instruments"), &in_force, &row.instruments_in_force);
        self.same(&name("tenure"), &twin.in_post[i].1, &row.quarters_in_post);
        let is_zone = twin.pilot(i, twin.done - 1) > 0.0;
        if twin.params.mechanisms.pilot_zones {
            self.same(&name("zone"), &is_zone, &row.is_pilot_zone);
        }
    }

    fn allocation(&mut self, twin: &Twin, i: usize, s: usize, row: &AllocationRow) {
        let flows = &twin.flows;
        let spending = flows.spending[i][s].max(flows.settled[i][s]);
        for (what, of_twin, of_core) in [
            ("spending", flows.spending[i][s], row.spending_cny_mn),
            ("settled", flows.settled[i][s], row.settled_cny_mn),
            (
                "under construction",
                flows.under_construction[i][s],
                row.under_construction_cny_mn,
            ),
            (
                "introduction",
                flows.introduction[i][s],
                row.introduction_cny_mn,
            ),
            ("subscale", flows.subscale[i][s], row.subscale_cny_mn),
            ("duplicated", flows.duplicated[i][s], row.duplicated_cny_mn),
            ("idle", flows.idle[i][s], row.idle_cny_mn),
            ("productive", flows.productive[i][s], row.productive_cny_mn),
        ] {
            self.part(
                &format!("city {i} sector {s} {what}"),
                of_twin,
                of_core,
                spending,
            );
        }
        self.number("allocation share", twin.shares[i][1 + s], row.budget_share);
        self.number(
            "allocation capability",
            twin.capability[i][s],
            row.capability,
        );
    }

    fn sector(&mut self, twin: &Twin, s: usize, row: &SectorRow, led: u32) {
        let stocks = twin.stocks(s);
        let gross: f64 = stocks.iter().sum();
        let national = national_capability(&stocks, twin.params.production.aggregation);
        let gap = (1.0 - frontier_ratio(national, twin.frontier[s])).max(0.0);
        let squares: f64 = stocks.iter().map(|k| (k / gross) * (k / gross)).sum();
        let sum = |table: &[Vec<f64>]| table.iter().map(|of_city| of_city[s]).sum::<f64>();
        let flows = &twin.flows;
        let spending = sum(&flows.spending).max(sum(&flows.settled));
        for (what, of_twin, of_core, whole) in [
            ("settled", sum(&flows.settled), row.settled_cny_mn, spending),
            (
                "under construction",
                sum(&flows.under_construction),
                row.under_construction_cny_mn,
                spending,
            ),
            ("capability", national, row.capability, 0.0),
            ("gross capability", gross, row.gross_capability, 0.0),
            ("frontier", twin.frontier[s], row.frontier, 0.0),
            ("gap", gap, row.gap, 1.0),
            ("demand", twin.demand[s], row.demand, 0.0),
            ("utilisation", twin.utilisation[s], row.utilisation, 0.0),
            (
                "compute access",
                twin.compute_access[s],
                row.compute_access,
                0.0,
            ),
            ("priority", twin.priority[s], row.priority, 0.0),
            ("attention", twin.outside.attention[s], row.attention, 0.0),
            ("spending", sum(&flows.spending), row.spending_cny_mn, 0.0),
            (
                "introduction",
                sum(&flows.introduction),
                row.introduction_cny_mn,
                spending,
            ),
            (
                "subscale",
                sum(&flows.subscale),
                row.subscale_cny_mn,
                spending,
            ),
            (
                "duplicated",
                sum(&flows.duplicated),
                row.duplicated_cny_mn,
                spending,
            ),
            ("idle", sum(&flows.idle), row.idle_cny_mn, spending),
            (
                "productive",
                sum(&flows.productive),
                row.productive_cny_mn,
                spending,
            ),
        ] {
            self.part(&format!("sector {s} {what}"), of_twin, of_core, whole);
        }
        if gross > 0.0 {
            self.number(
                &format!("sector {s} concentration"),
                squares,
                row.concentration,
            );
        }
        let leader = first_largest(stocks.into_iter().enumerate()).map(|i| i as u32);
        self.same(&format!("sector {s} leader"), &leader, &Some(led));
        self.same(
            &format!("sector {s} incident"),
            &flows.incident[s],
            &row.incident,
        );
    }

    fn measures(&mut self, twin: &Twin, run: &Run) {
        for m in 0..twin.instruments() {
            let template = twin.national_measures[m].map(|measure| measure.template);
            self.same("is national", &template.is_some(), &run.is_national(m));
            self.option(&format!("template {m}"), template, run.template(m));
        }
    }

    /// Events of a quarter; the order within a quarter is the core's own affair.
    fn events(&mut self, twin: &EventLog, core: &EventLog) {
        let policy = |event: &PolicyEvent| {
            let kind = [
                Move::Pioneer,
                Move::Imitate,
                Move::TakeUp,
                Move::Adjust,
                Move::Drop,
                Move::Codify,
                Move::TopDown,
            ]
            .iter()
            .position(|kind| *kind == event.kind);
            (kind, event.city, event.instrument, event.from)
        };
        let official =
            |event: &OfficialEvent| (event.city, event.is_promoted, event.quarters_in_post);
        let champion = |event: &ChampionEvent| {
            (
                event.is_national,
                event.city,
                event.sector,
                event.leads_nation,
            )
        };
        self.list(
            "policies",
            sorted(&twin.policies, policy),
            sorted(&core.policies, policy),
            policy,
            |event| vec![event.design],
        );
        self.list(
            "officials",
            sorted(&twin.officials, official),
            sorted(&core.officials, official),
            official,
            |event| {
                vec![
                    event.score,
                    event.career_weight,
                    event.successor_career_weight,
                ]
            },
        );
        self.list(
            "champions",
            sorted(&twin.champions, champion),
            sorted(&core.champions, champion),
            champion,
            |event| vec![event.capability],
        );
    }

    fn list<T, K: PartialEq + Debug>(
        &mut self,
        name: &str,
        twin: Vec<T>,
        core: Vec<T>,
        key: impl Fn(&T) -> K,
        numbers: impl Fn(&T) -> Vec<f64>,
    ) {
        let keys = |events: &[T]| events.iter().map(&key).collect::<Vec<K>>();
        self.same(name, &keys(&twin), &keys(&core));
        for (of_twin, of_core) in twin.iter().zip(&core) {
            for (x, y) in numbers(of_twin).into_iter().zip(numbers(of_core)) {
                self.part(&format!("{name} {:?}", key(of_twin)), x, y, 1.0);
            }
        }
    }
}

fn sorted<T: Copy, K: Ord>(events: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut events = events.to_vec();
    events.sort_by_key(key);
    events
}

/// Runs twin and core side by side; the first quarter in which they differ, in words. A random world is left
/// where rounding has come to decide.
fn difference(world: &World, draws: Draws, is_random: bool) -> Result<(), String> {
    let mut twin = Twin::new(world, draws);
    // A sector in which nobody builds anything has no frontier: no such world is run.
    let least = (0..twin.sectors())
        .map(|s| twin.stocks(s).into_iter().fold(0.0, f64::max))
        .fold(f64::INFINITY, f64::min);
    let setup = match Setup::new(world.clone()) {
        Ok(setup) if least == 0.0 => {
            // What is squared in another order may be a hair above 0 instead.
            let run = Run::new(&setup, draws);
            let of_sector = |s| {
                let cities = 0..world.cities.len();
                cities.map(|i| run.capability(i, s)).fold(0.0, f64::max)
            };
            let core = (0..world.sectors.len()).map(of_sector);
            let core = core.fold(f64::INFINITY, f64::min);
            let told = format!("a sector without capability is run: {core:e}");
            return if core < 1e-200 { Ok(()) } else { Err(told) };
        }
        Ok(setup) => setup,
        Err(_) if libm::pow(least, world.params.production.aggregation) < 1e-260 => return Ok(()),
        Err(error) => return Err(format!("least capability {least:e}: {error}")),
    };
    let mut run = Run::new(&setup, draws);
    run.set_detail(true);
    let mut event_log = EventLog::default();
    for t in 0..world.quarters {
        event_log.clear();
        if t == 0 {
            event_log.champions = run.initial_champions();
        }
        twin.step();
        if is_random && rounding_decides(&twin) {
            return Ok(());
        }
        run.step(Some(&mut event_log))
            .map_err(|error| format!("core: {error}"))?;
        let mut differences = Differences::default();
        differences.events(&twin.event_log, &event_log);
        differences.national(&twin.national(), &National::of(&mut run));
        differences.cities(&twin, &run);
        for s in 0..twin.sectors() {
            differences.sector(&twin, s, &SectorRow::of(&run, s), run.national_leader(s));
        }
        differences.measures(&twin, &run);
        differences.same("quarters done", &twin.done, &run.quarter());
        if !differences.0.is_empty() {
            differences.0.truncate(25);
            return Err(format!("quarter {t}\n{}", differences.0.join("\n")));
        }
        if is_random && drift(&twin, &run) > 1e-12 {
            return Ok(());
        }
    }
    Ok(())
}

/// Largest relative difference of capability. Where it exceeds what rounding makes in a quarter, the model
/// itself magnifies rounding: extreme parameters let spending boom and bust.
fn drift(twin: &Twin, run: &Run) -> f64 {
    let mut largest: f64 = 0.0;
    for i in 0..twin.cities() {
        for s in 0..twin.sectors() {
            let stock = twin.capability[i][s];
            if stock > 0.0 {
                largest = largest.max((stock - run.capability(i, s)).abs() / stock);
            }
        }
    }
    largest
}

/// Whether rounding decides from here on: stocks, now or at the start, or their powers in E2, near the least number there is;
/// results so much alike that E30 magnifies their rounding; noise whose variance is all rounding; or
/// instruments that work on any money above 0 (`j_0` 0), or cities whose sectors share, the least number
/// there is.
fn rounding_decides(twin: &Twin) -> bool {
    let rho = twin.params.production.aggregation;
    let is_vanishing = |stock: &f64| *stock > 0.0 && *stock < 1e-100;
    let works_on_nothing = twin.params.policy.half_money_share == 0.0
        && (0..twin.cities()).any(|i| {
            (0..twin.instruments())
                .any(|m| twin.in_force[i][m] && twin.shares[i][1 + twin.sectors() + m] < 1e-100)
        });
    let spends_nothing =
        (0..twin.cities()).any(|i| twin.shares[i][1..=twin.sectors()].iter().sum::<f64>() < 1e-100);
    works_on_nothing
        || spends_nothing
        || twin.capability.iter().flatten().any(is_vanishing)
        || twin.start_capability.iter().flatten().any(is_vanishing)
        || (0..twin.sectors()).any(|s| {
            let most = twin.stocks(s).into_iter().fold(0.0, f64::max);
            libm::pow(most, rho) < 1e-260
        })
        || twin.spread_of_results < 1e-4
        || twin.least_unread < 1e-5
}

#[test]
fn the_core_follows_the_document_in_a_small_world() {
    for replicate in 0..20 {
        let draws = Draws { seed: 7, replicate };
        assert_eq!(
            difference(&small_world(), draws, false),
            Ok(()),
            "replicate {replicate}"
        );
    }
}

#[test]
fn the_core_follows_the_document_in_the_shipped_scenarios() {
    for name in [
        "china-2015-2024",
        "coordinated",
        "eu-single-track",
        "us-silos",
    ] {
        for replicate in 0..2 {
            // The second with time to build.
            let mut world = shipped(name);
            switch(&mut world, "time_to_build", replicate == 1);
            let draws = Draws {
                seed: 20_150_101,
                replicate,
            };
            assert_eq!(
                difference(&world, draws, false),
                Ok(()),
                "{name}, replicate {replicate}"
            );
        }
    }
}

/// The core against the twin in one world, with so many lucks.
pub fn follows(world: &World, replicates: u64) {
    for replicate in 0..replicates {
        let draws = Draws { seed: 7, replicate };
        assert_eq!(
            difference(world, draws, false),
            Ok(()),
            "replicate {replicate}"
        );
    }
}

#[test]
fn the_core_follows_the_document_with_many_sectors_and_instruments() {
    // Rows of 1 to 5 lines of eight numbers, instruments in one number of them or in two.
    for (sectors, instruments) in [(1, 0), (9, 20), (17, 30), (25, 32), (32, 33), (32, 64)] {
        follows(&wide_world(sectors, instruments), 3);
    }
}

#[test]
fn the_core_follows_the_document_where_the_tournament_is_fiercest() {
    let mut world = wide_world(3, 30);
    world.changes.clear();
    set(&mut world, "tournament.intensity", Value::Real(10.0));
    set(
        &mut world,
        "policy.pioneer_rate_per_quarter",
        Value::Real(0.02),
    );
    set(
        &mut world,
        "policy.imitation_rate_per_quarter",
        Value::Real(0.0),
    );
    set(&mut world, "policy.pioneer_pressure", Value::Real(1.0));
    follows(&world, 3);
    // So precise a choice that one option takes all; instruments that are worth most have no weight.
    set(&mut world, "budgets.precision", Value::Real(50.0));
    set(
        &mut world,
        "tournament.career_value_instrument",
        Value::Real(5.0),
    );
    set(
        &mut world,
        "policy.imitation_rate_per_quarter",
        Value::Real(0.3),
    );
    follows(&world, 3);
    set(&mut world, "budgets.instrument_base_rate", Value::Real(0.0));
    follows(&world, 3);
}

#[test]
fn the_core_follows_the_document_where_a_city_may_build_nothing() {
    let mut world = small_world();
    world.closures = (0..3)
        .map(|sector| Closure {
            city: 2,
            sector,
            from: None,
        })
        .collect();
    follows(&world, 3);
    // Closures of what is not there close nothing.
    let mut strange = wide_world(32, 4);
    let plain = strange.clone();
    switch(&mut strange, "pilot_zones", true);
    strange
        .closures
        .extend([(99, 0), (0, 32), (5, 99)].map(|(city, sector)| Closure {
            city,
            sector,
            from: None,
        }));
    let outcomes = |world: &World| {
        let mut world = world.clone();
        let planned = Value::Choice("coordinated");
        set(&mut world, "regime.allocation", planned);
        let setup = Setup::new(world).expect("a world that can start");
        let mut run = Run::new(
            &setup,
            Draws {
                seed: 7,
                replicate: 0,
            },
        );
        for _ in 0..12 {
            run.step(None).expect("only finite numbers");
        }
        National::of(&mut run)
    };
    assert_eq!(outcomes(&strange), outcomes(&plain));
}

#[test]
fn the_small_world_sees_every_kind_of_event() {
    let world = small_world();
    let mut seen = EventLog::default();
    for replicate in 0..20 {
        let mut twin = Twin::new(&world, Draws { seed: 7, replicate });
        for _ in 0..world.quarters {
            twin.step();
            seen.policies
                .extend(twin.event_log.policies.iter().copied());
            seen.officials
                .extend(twin.event_log.officials.iter().copied());
            seen.champions
                .extend(twin.event_log.champions.iter().copied());
        }
    }
    for kind in [
        Move::Pioneer,
        Move::Imitate,
        Move::TakeUp,
        Move::Drop,
        Move::Codify,
        Move::TopDown,
    ] {
        assert!(
            seen.policies.iter().any(|event| event.kind == kind),
            "{kind:?}"
        );
    }
    for is_promoted in [false, true] {
        assert!(
            seen.officials
                .iter()
                .any(|event| event.is_promoted == is_promoted)
        );
    }
    for is_national in [false, true] {
        assert!(
            seen.champions
                .iter()
                .any(|event| event.is_national == is_national)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        max_shrink_iters: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_150_101),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_core_follows_the_document_in_random_worlds(world in any_world(), seed in 0u64..1000) {
        let draws = Draws { seed, replicate: seed % 3 };
        prop_assert_eq!(difference(&world.0, draws, true), Ok(()));
    }
}
