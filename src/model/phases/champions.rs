//! E36: the champions the centre names.

use crate::kernel::lanes::{LANES, Lanes, each, eight};
use crate::kernel::random::{Purpose, normals, wide::eight_codes};
use crate::model::data::{MAX_SECTORS, World};
use crate::model::equations::evaluation;
use crate::model::leaders::{Leader, Leaders};
use crate::model::now::Now;
use crate::model::record::{ChampionEvent, EventLog};
use crate::model::scratch::Champions;
use crate::model::state::State;

/// More than any normal number that is drawn: of 2⁵³ shares the last one lies at 8.3.
const MOST_NORMAL: f64 = 9.0;

/// The city with most capability in each region and sector; ties fall to the first row. Changes are recorded.
pub(crate) fn find_leaders(
    world: &World,
    state: &mut State,
    before: &mut Leaders,
    event_log: Option<&mut EventLog>,
) {
    std::mem::swap(&mut state.nation.leaders, before);
    let leaders = &mut state.nation.leaders;
    leaders.find(world, &state.cities);
    if let Some(event_log) = event_log {
        let mut led = before.cities();
        let recorded = event_log.champions.len();
        for (at, city) in state.nation.leaders.cities().enumerate() {
            let before = led.next().flatten();
            if let Some(city) = city
                && before != Some(city)
            {
                let event = event(state, false, city, at % world.sectors.len());
                event_log.champions.push(event);
            }
        }
        event_log.champions[recorded..].sort_by_key(|event| (event.city, event.sector));
    }
}

/// E36: new leaders of regions, then national champions.
pub(crate) fn name(
    now: &Now,
    state: &mut State,
    scratch: &mut Champions,
    mut event_log: Option<&mut EventLog>,
) {
    let world = now.setup.world();
    find_leaders(world, state, &mut scratch.leaders, event_log.as_deref_mut());
    let best = best_seen(now, &state.nation.leaders, &mut scratch.seen);
    let candidates = &mut scratch.candidates;
    candidates.clear();
    for (s, best) in best.iter().enumerate() {
        if let Some(city) = *best
            && !state.nation.champions.contains(&(s as u32, city))
        {
            candidates.push((state.nation.priority[s], s as u32, city));
        }
    }
    candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    candidates.truncate(now.params.champions.max_per_year as usize);
    candidates.sort_unstable_by_key(|(_, sector, city)| (*city, *sector));
    for (_, sector, city) in &*candidates {
        state.nation.champions.push((*sector, *city));
        if let Some(event_log) = event_log.as_deref_mut() {
            let named = event(state, true, *city, *sector as usize);
            event_log.champions.push(named);
        }
    }
}

/// By sector, the leader of a region of whom the centre sees most; among equals the first region's. Draws are made
/// of the nation's leaders, who set what has to be seen of others, and of those who with the most favourable draw
/// there is would come up to that: few, as the noise is small against the distance between regions.
fn best_seen(now: &Now, leaders: &Leaders, seen: &mut Vec<Leader>) -> [Option<u32>; MAX_SECTORS] {
    let sectors = now.sectors();
    seen.clear();
    for octet in 0..sectors.div_ceil(LANES) {
        let first = leaders.first(octet);
        for l in 0..LANES.min(sectors - octet * LANES) {
            if let Some(city) = first.city(l) {
                seen.push(Leader {
                    sector: octet * LANES + l,
                    city,
                    capability: first.capability[l],
                });
            }
        }
    }
    let mut least = [f64::INFINITY; MAX_SECTORS];
    see(now, seen, |leader, capability| {
        least[leader.sector] = capability
    });
    let noise = now.params.champions.noise;
    let mut contenders = [0; MAX_SECTORS];
    seen.clear();
    for octet in 0..sectors.div_ceil(LANES) {
        let least = eight(&least, octet);
        for of_region in leaders.octet(octet) {
            let own = of_region.capability;
            let most = each(|l| evaluation::seen_capability(own[l], noise, MOST_NORMAL));
            for l in (0..LANES).filter(|l| most[*l] >= least[*l]) {
                if let Some(city) = of_region.city(l) {
                    let sector = octet * LANES + l;
                    contenders[sector] += 1;
                    seen.push(Leader {
                        sector,
                        city,
                        capability: own[l],
                    });
                }
            }
        }
    }
    let mut best = [None; MAX_SECTORS];
    // Who is the only one need not be looked at again.
    seen.retain(|leader| {
        best[leader.sector] = Some(leader.city);
        contenders[leader.sector] > 1
    });
    let mut most = [f64::NEG_INFINITY; MAX_SECTORS];
    see(now, seen, |leader, capability| {
        if capability > most[leader.sector] {
            most[leader.sector] = capability;
            best[leader.sector] = Some(leader.city);
        }
    });
    best
}

/// Hands on what the centre sees of the capability of leaders, one after the other.
fn see(now: &Now, leaders: &[Leader], mut hand_on: impl FnMut(&Leader, f64)) {
    let draws = now.draws.wide_stream(Purpose::Champion);
    let cities = &now.setup.world().cities;
    let noise = now.params.champions.noise;
    for eight in leaders.chunks(LANES) {
        let leader = |l: usize| eight.get(l).copied().unwrap_or_default();
        let codes = eight_codes(eight, 0, |leader| cities[leader.city as usize].code);
        // A block has the draws of eight sectors.
        let position = |l: usize| u64::from(now.quarter) * 4 + (leader(l).sector / LANES) as u64;
        let words = draws.blocks_at(&codes, &std::array::from_fn(position));
        let draws = normals(std::array::from_fn(|l| words[leader(l).sector % LANES][l]));
        let seen: Lanes =
            each(|l| evaluation::seen_capability(leader(l).capability, noise, draws[l]));
        for (leader, seen) in eight.iter().zip(seen.0) {
            hand_on(leader, seen);
        }
    }
}

/// A leader of a region or a champion.
fn event(state: &State, is_national: bool, city: u32, sector: usize) -> ChampionEvent {
    let (own, leaders) = (city as usize, &state.nation.leaders);
    ChampionEvent {
        is_national,
        city,
        sector: sector as u32,
        capability: state.cities.stocks(own / LANES)[sector][own % LANES],
        leads_nation: leaders.first(sector / LANES).city(sector % LANES) == Some(city),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::kernel::random::Draws;
    use crate::model::run::Run;
    use crate::model::setup::Setup;

    fn china() -> Setup {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let worlds = Worlds::new(&base, &[]);
        worlds.setup(&Variant::default()).expect("a world")
    }

    fn start(setup: &Setup) -> Run<'_> {
        let draws = Draws {
            seed: 1,
            replicate: 0,
        };
        Run::new(setup, draws)
    }

    #[test]
    fn among_equals_the_first_row_leads_and_the_first_region_has_the_champions() {
        let setup = china();
        let mut run = start(&setup);
        run.state.cities.capability.fill(each(|_| 1.0));
        run.now.params.champions.noise = 0.0;
        name(&run.now, &mut run.state, &mut run.scratch.champions, None);
        let (world, sectors) = (setup.world(), run.now.sectors());
        let first_of = |region: usize| {
            let cities = world.cities.iter();
            let found = cities
                .enumerate()
                .find(|(_, city)| city.region as usize == region);
            found.map(|(row, _)| row as u32).expect("a city")
        };
        let expected: Vec<u32> = (0..world.regions.len() * sectors)
            .map(|at| first_of(at / sectors))
            .collect();
        let leaders: Vec<u32> = run.state.nation.leaders.cities().flatten().collect();
        assert_eq!(leaders, expected);
        let first = |run: &Run, sector| {
            let leaders = &run.state.nation.leaders;
            leaders.first(sector / LANES).city(sector % LANES)
        };
        assert!((0..sectors).all(|s| run.state.cities.leader(s) == 0));
        assert!((0..sectors).all(|s| first(&run, s) == Some(0)));
        assert!(!run.state.nation.champions.is_empty());
        let of_first_region = |(_, city): &(u32, u32)| *city == first_of(0);
        assert!(run.state.nation.champions.iter().all(of_first_region));
        run.state.cities.capability[31 / LANES * sectors][31 % LANES] = 2.0;
        let mut before = Leaders::default();
        find_leaders(setup.world(), &mut run.state, &mut before, None);
        assert_eq!(run.state.cities.leader(0), 31);
        assert_eq!(first(&run, 0), Some(31));
        assert_eq!(first(&run, 1), Some(0));
    }

    #[test]
    fn looking_at_few_leaders_finds_who_is_best_of_all() {
        let setup = china();
        let mut run = start(&setup);
        let mut looked_at = Vec::new();
        for quarter in 0..20 {
            run.step(None).expect("only finite numbers");
            run.now.params.champions.noise = [0.0, 0.1, 0.5, 5.0][quarter % 4];
            let mut before = Leaders::default();
            find_leaders(setup.world(), &mut run.state, &mut before, None);
            let best = best_seen(&run.now, &run.state.nation.leaders, &mut looked_at);
            let sectors = run.now.sectors();
            let all: Vec<Leader> = (run.state.nation.leaders.cities().enumerate())
                .filter_map(|(at, city)| {
                    let (city, sector) = (city?, at % sectors);
                    Some(Leader {
                        sector,
                        city,
                        capability: run.capability(city as usize, sector),
                    })
                })
                .collect();
            let (mut most, mut expected) = ([f64::NEG_INFINITY; MAX_SECTORS], [None; MAX_SECTORS]);
            see(&run.now, &all, |leader, seen| {
                if seen > most[leader.sector] {
                    (most[leader.sector], expected[leader.sector]) = (seen, Some(leader.city));
                }
            });
            assert_eq!(best, expected);
            assert!(looked_at.len() < all.len() || run.now.params.champions.noise > 1.0);
        }
    }
}
