//! Derived responses against their definitions, computed apart from the library on a small lopsided world.

use dualtrack::kernel::control::Control;
use dualtrack::kernel::random::Draws;
use dualtrack::measure::response::{probe::Probe, spec::Responses};
use dualtrack::model::data::{Channel, Tier, World};
use dualtrack::model::record::{EventLog, Move};
use dualtrack::model::{run::Run, setup::Setup};
use dualtrack::study::drive::drive;

use crate::rows::{AllocationRow, CityRow};

use super::worlds::small_world;

const DRAWS: Draws = Draws {
    seed: 5,
    replicate: 2,
};

/// What the library measures.
fn value(world: &World, text: &str) -> Option<f64> {
    let setup = Setup::new(world.clone()).expect("a world");
    let responses = Responses::parse([text]).expect("a response");
    let bound = responses.bind(&world.clone()).expect("places");
    let mut probe = Probe::new(bound, false);
    drive(
        &mut Run::new(&setup, DRAWS),
        &mut probe,
        None,
        &Control::default(),
    )
    .expect("a run");
    let mut out = Vec::new();
    probe.finish(&mut out);
    out[0]
}

/// Calls `see` with the run and the events of each quarter.
fn watch(world: &World, mut see: impl FnMut(&Run<'_>, &EventLog, u32)) {
    let setup = Setup::new(world.clone()).expect("a world");
    let mut run = Run::new(&setup, DRAWS);
    let mut event_log = EventLog::default();
    for quarter in 0..world.quarters {
        event_log.clear();
        run.step(Some(&mut event_log)).expect("a quarter");
        see(&run, &event_log, quarter);
    }
}

fn assert_close(name: &str, found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            let scale = expected.abs().max(1e-12);
            assert!(
                (found - expected).abs() <= 1e-10 * scale,
                "{name}: {found} against {expected}"
            );
        }
        (found, expected) => assert_eq!(found, expected, "{name}"),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Lively enough that measures are codified and cities differ.
fn world() -> World {
    let mut world = small_world();
    world.quarters = 32;
    world.params.codification.min_adopters = 1;
    world.params.codification.threshold = -1.0;
    world
}

#[test]
fn effects_are_those_of_the_equation_with_the_money_of_the_quarter() {
    let world = world();
    let (mut national, mut local) = (Vec::new(), Vec::new());
    watch(&world, |run, _, _| {
        let mut now = [Vec::new(), Vec::new()];
        let mut thetas = vec![None; world.instruments.len()];
        let policy = &run.params().policy;
        for (i, city) in world.cities.iter().enumerate() {
            for m in 0..world.instruments.len() {
                if !run.is_in_force(i, m) {
                    continue;
                }
                // What is left of the effect is the instrument's own, the same in every city.
                let money = run.share(i, 1 + world.sectors.len() + m) * run.budget(i);
                let base = 1000.0 * city.revenue_cny_bn / 4.0;
                let bought = money / (money + policy.half_money_share * base);
                let distance = (run.design(i, m) - run.optimum(i, m)) / policy.design_tolerance;
                let fit = (1.0 - distance * distance).max(0.0);
                let tier = 1.0 + world.instruments[m].tier_slope * (2.0 * city.amenity - 1.0);
                let bought = if money > 0.0 { bought } else { 0.0 };
                let per_theta = fit * tier * bought;
                let effect = run.effect(i, m);
                if per_theta == 0.0 {
                    assert_eq!(effect, 0.0);
                } else {
                    let theta: &mut Option<f64> = &mut thetas[m];
                    let known = *theta.get_or_insert(effect / per_theta);
                    assert!((effect / per_theta - known).abs() <= 1e-9 * known.abs());
                    assert_ne!(effect, 0.0);
                }
                now[usize::from(run.is_national(m))].push(effect);
            }
        }
        local.extend(mean(&now[0]));
        national.extend(mean(&now[1]));
    });
    assert!(!national.is_empty() && !local.is_empty());
    assert_close(
        "national",
        value(&world, "national_effect@all"),
        mean(&national),
    );
    assert_close("local", value(&world, "local_effect@all"), mean(&local));
}

#[test]
fn followers_are_cities_that_pioneered_nothing_so_far() {
    let world = world();
    let mut pioneers = vec![false; world.cities.len()];
    let mut expected = Vec::new();
    watch(&world, |run, event_log, quarter| {
        for event in &event_log.policies {
            if event.kind == Move::Pioneer {
                pioneers[event.city.expect("a city") as usize] = true;
            }
        }
        if quarter == 6 {
            let own = (0..world.cities.len()).filter(|city| !pioneers[*city]);
            expected = own
                .map(|city| CityRow::of(run, city).liberalisation)
                .collect();
        }
    });
    let text = format!("liberalisation_of_followers@{}", world.start.plus(6));
    assert_close("followers", value(&world, &text), mean(&expected));
}

#[test]
fn pioneering_rates_are_all_events_over_all_city_years() {
    let world = world();
    let zone = world.pilot_zones[0];
    let from = zone.from.since(world.start) as u32;
    let (mut events, mut quarters) = ([0.0; 2], [0.0; 2]);
    watch(&world, |_, event_log, quarter| {
        for city in 0..world.cities.len() as u32 {
            let place = usize::from(city == zone.city && quarter >= from);
            quarters[place] += 1.0;
            let own = event_log.policies.iter();
            let own = own.filter(|event| event.kind == Move::Pioneer && event.city == Some(city));
            events[place] += own.count() as f64;
        }
    });
    let rate = |place: usize| events[place] / (quarters[place] / 4.0);
    let zones = value(&world, "pioneering_in_zones@all");
    assert_close("zones", zones, Some(rate(1)));
    assert_close(
        "elsewhere",
        value(&world, "pioneering_elsewhere@all"),
        Some(rate(0)),
    );
    let ratio = value(&world, "pioneering_in_zones / pioneering_elsewhere @all");
    assert_close("ratio", ratio, Some(rate(1) / rate(0)));
}

#[test]
fn portfolios_tiers_and_the_least_suited_are_as_counted() {
    let world = world();
    let (cities, sectors) = (world.cities.len(), world.sectors.len());
    let mut expected = Vec::new();
    watch(&world, |run, _, quarter| {
        if quarter + 1 < world.quarters {
            return;
        }
        let has = |city: usize| -> Vec<bool> {
            (0..world.instruments.len())
                .map(|m| run.is_in_force(city, m))
                .collect()
        };
        let (mut similarity, mut identical) = (Vec::new(), Vec::new());
        for a in 0..cities {
            for b in a + 1..cities {
                let (a, b) = (has(a), has(b));
                let both = a.iter().zip(&b).filter(|(a, b)| **a && **b).count() as f64;
                let either = a.iter().zip(&b).filter(|(a, b)| **a || **b).count() as f64;
                if either > 0.0 {
                    similarity.push(both / either);
                    identical.push(f64::from(u8::from(a == b)));
                }
            }
        }
        expected.push(("portfolio_similarity".to_string(), mean(&similarity)));
        expected.push(("identical_portfolios".to_string(), mean(&identical)));
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (row, city) in world.cities.iter().enumerate() {
            let money = |channel: Option<Channel>| -> f64 {
                let own = (0..world.instruments.len())
                    .filter(|m| channel.is_none_or(|own| world.instruments[*m].channel == own));
                own.map(|m| run.instrument_money(row, m)).sum()
            };
            if money(None) > 0.0 {
                let lean = money(Some(Channel::Soft)) - money(Some(Channel::Attract));
                y.push(lean / money(None));
                x.push(match city.tier {
                    Tier::First => 4.0,
                    Tier::NewFirst => 3.0,
                    Tier::Second => 2.0,
                    Tier::Third => 1.0,
                    Tier::County => 0.0,
                });
            }
        }
        let (mx, my) = (mean(&x).expect("cities"), mean(&y).expect("cities"));
        let product = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
            a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum()
        };
        let scale = product(&x, mx, &x, mx) * product(&y, my, &y, my);
        let correlation = product(&x, mx, &y, my) / scale.sqrt();
        expected.push(("tier_soft_correlation".to_string(), Some(correlation)));
        let unit = |city: usize| -> Vec<f64> {
            let row: Vec<f64> = (0..sectors).map(|s| run.share(city, 1 + s)).collect();
            let norm = row.iter().map(|share| share * share).sum::<f64>().sqrt();
            row.into_iter().map(|share| share / norm).collect()
        };
        let setup = Setup::new(world.clone()).expect("a world");
        let (mut peers, mut others) = (Vec::new(), Vec::new());
        for a in 0..cities {
            let list: Vec<usize> = setup.peers_of(a).map(|(peer, _)| peer).collect();
            for b in (0..cities).filter(|b| *b != a) {
                let cosine: f64 = unit(a).iter().zip(unit(b)).map(|(a, b)| a * b).sum();
                if list.contains(&b) {
                    peers.push(cosine);
                } else {
                    others.push(cosine);
                }
            }
        }
        let excess = mean(&peers)
            .zip(mean(&others))
            .map(|(peers, others)| peers - others);
        expected.push(("peers_over_others".to_string(), excess));
    });
    for (text, expected) in expected {
        assert_close(&text, value(&world, &text), expected);
    }
}

#[test]
fn returns_of_a_programme_are_discounted_output_minus_forgone() {
    let world = world();
    let (city, sector) = (0, 2);
    let rate: f64 = world.params.outcomes.discount_rate_per_quarter;
    let first = 4;
    let (mut output, mut net) = (0.0, 0.0);
    watch(&world, |run, _, quarter| {
        if quarter < first {
            return;
        }
        let made: f64 = (0..world.sectors.len())
            .map(|s| run.sector_output(city, s))
            .sum();
        // Sectors add up to the city's output (E39).
        assert!((made - CityRow::of(run, city).output_cny_mn).abs() <= 1e-9 * made);
        let spending = AllocationRow::of(run, city, sector).spending_cny_mn;
        let all = CityRow::of(run, city);
        let forgone = all.forgone_cny_mn * spending / all.spending_cny_mn;
        output += run.sector_output(city, sector);
        let worth = (1.0 + rate).powi((quarter - first) as i32).recip();
        net += worth * (run.sector_output(city, sector) - forgone);
    });
    let place = format!("[{},{}]", world.cities[city].id, world.sectors[sector].id);
    let period = format!("{}..{}", world.start.plus(4), world.start.plus(31));
    let text = format!("sector_output_cny_mn{place}@{period}");
    assert_close("output", value(&world, &text), Some(output));
    let text = format!("net_return_cny_mn{place}@{period}");
    assert_close("net", value(&world, &text), Some(net));
}

#[test]
fn spread_is_followed_from_the_first_pioneer_and_cut_at_six_years() {
    let world = world();
    let instruments = world.instruments.len();
    let mut begun = vec![None; instruments];
    let mut half = vec![None; instruments];
    let mut codified = 0.0;
    watch(&world, |run, event_log, quarter| {
        for event in &event_log.policies {
            if event.kind == Move::Pioneer {
                begun[event.instrument as usize].get_or_insert(quarter);
            }
            if event.kind == Move::Codify {
                codified += 1.0;
            }
        }
        for m in 0..instruments {
            let adopters = (0..world.cities.len()).filter(|city| run.is_in_force(*city, m));
            if begun[m].is_some() && 2 * adopters.count() >= world.cities.len() {
                half[m].get_or_insert(quarter);
            }
        }
    });
    let last = world.quarters - 1;
    let spreads: Vec<f64> = (0..instruments)
        .filter_map(|m| {
            let begun = begun[m].filter(|begun| begun + 24 <= last)?;
            Some(half[m].map_or(24.0, |half| f64::from((half - begun).min(24))))
        })
        .collect();
    assert_close("spread", value(&world, "quarters_to_half"), mean(&spreads));
    assert!(codified > 0.0);
    assert_close(
        "codified",
        value(&world, "codified_measures"),
        Some(codified),
    );
}

#[test]
fn measuring_derived_responses_changes_nothing() {
    let world = world();
    let alone = value(&world, "competitiveness");
    let setup = Setup::new(world.clone()).expect("a world");
    let texts = [
        "champions_from_regions",
        "national_effect",
        "competitiveness",
    ];
    let responses = Responses::parse(texts).expect("responses");
    let mut probe = Probe::new(responses.bind(&world).expect("places"), true);
    drive(
        &mut Run::new(&setup, DRAWS),
        &mut probe,
        None,
        &Control::default(),
    )
    .expect("a run");
    let mut out = Vec::new();
    probe.finish(&mut out);
    assert_eq!(out[2].map(f64::to_bits), alone.map(f64::to_bits));
    assert!(out[0].is_none_or(|share| (0.0..=1.0).contains(&share)));
}

#[test]
fn a_sector_that_is_closed_gets_no_new_money_and_history_before_is_the_same() {
    let mut open = world();
    open.closures.clear();
    let mut closed = open.clone();
    closed.closures.push(dualtrack::model::data::Closure {
        city: 0,
        sector: 1,
        from: Some(open.start.plus(8)),
    });
    let trajectory = |world: &World| {
        let mut shares = Vec::new();
        watch(world, |run, _, _| shares.push(run.share(0, 2)));
        shares
    };
    let (open, closed) = (trajectory(&open), trajectory(&closed));
    assert_eq!(open[..8], closed[..8]);
    let eta = world().params.budgets.adjustment_rate;
    for quarter in 8..closed.len() {
        let expected = (1.0 - eta) * closed[quarter - 1];
        assert!((closed[quarter] - expected).abs() <= 1e-15);
    }
}
