//! E36: the champions the centre names.

use crate::kernel::lanes::{LANES, Lanes, each, eight};
use crate::kernel::random::{Purpose, normals, wide::eight_codes};
use crate::model::data::MAX_SECTORS;
use crate::model::equations::evaluation;
use crate::model::phases::leaders::Leaders;
use crate::model::record::{ChampionEvent, Journal};
use crate::model::run::Run;

/// More than any normal number that is drawn: of 2⁵³ shares the last one lies at 8.3.
const MOST_NORMAL: f64 = 9.0;

/// Scratch of E36, kept so that a quarter takes no memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Leaders of an evaluation before; their memory serves those of the next.
    pub(crate) leaders: Leaders,
    /// Leaders who are looked at.
    seen: Vec<Leader>,
    /// Priority, sector and city of those that may become champions.
    candidates: Vec<(f64, u32, u32)>,
}

/// A leader of a region.
#[derive(Clone, Copy, Debug, Default)]
struct Leader {
    sector: usize,
    city: u32,
    capability: f64,
}

impl Run<'_> {
    /// E36: new leaders of regions, then national champions.
    pub(crate) fn name_champions(&mut self, mut journal: Option<&mut Journal>) {
        self.find_leaders(journal.as_deref_mut());
        let mut scratch = std::mem::take(&mut self.champions);
        let best = self.best_seen(&mut scratch.seen);
        let candidates = &mut scratch.candidates;
        candidates.clear();
        for (s, best) in best.iter().enumerate() {
            if let Some(city) = *best
                && !self.nation.champions.contains(&(s as u32, city))
            {
                candidates.push((self.nation.priority[s], s as u32, city));
            }
        }
        candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(self.params.champions.max_per_year as usize);
        candidates.sort_unstable_by_key(|(_, sector, city)| (*city, *sector));
        for (_, sector, city) in &*candidates {
            self.nation.champions.push((*sector, *city));
            if let Some(journal) = journal.as_deref_mut() {
                let leaders = &self.nation.leaders;
                journal
                    .champions
                    .push(self.champion_event(leaders, true, *city, *sector as usize));
            }
        }
        self.champions = scratch;
    }

    /// By sector, the leader of a region of whom the centre sees most; among equals the first region's. Draws are made
    /// of the nation's leaders, who set what has to be seen of others, and of those who with the most favourable draw
    /// there is would come up to that: few, as the noise is small against the distance between regions.
    fn best_seen(&self, seen: &mut Vec<Leader>) -> [Option<u32>; MAX_SECTORS] {
        let (leaders, sectors) = (&self.nation.leaders, self.sectors());
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
        self.see(seen, |leader, capability| least[leader.sector] = capability);
        let noise = self.params.champions.noise;
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
        self.see(seen, |leader, capability| {
            if capability > most[leader.sector] {
                most[leader.sector] = capability;
                best[leader.sector] = Some(leader.city);
            }
        });
        best
    }

    /// Hands on what the centre sees of the capability of leaders, one after the other.
    fn see(&self, leaders: &[Leader], mut hand_on: impl FnMut(&Leader, f64)) {
        let luck = self.luck.wide_stream(Purpose::Champion);
        let cities = &self.setup.world().cities;
        let noise = self.params.champions.noise;
        for eight in leaders.chunks(LANES) {
            let leader = |l: usize| eight.get(l).copied().unwrap_or_default();
            let codes = eight_codes(eight, 0, |leader| cities[leader.city as usize].code);
            // A block has the draws of eight sectors.
            let position =
                |l: usize| u64::from(self.quarter) * 4 + (leader(l).sector / LANES) as u64;
            let words = luck.blocks_at(&codes, &std::array::from_fn(position));
            let draws = normals(std::array::from_fn(|l| words[leader(l).sector % LANES][l]));
            let seen: Lanes =
                each(|l| evaluation::seen_capability(leader(l).capability, noise, draws[l]));
            for (leader, seen) in eight.iter().zip(seen.0) {
                hand_on(leader, seen);
            }
        }
    }

    /// `leaders` are those of the regions, as they are now.
    pub(crate) fn champion_event(
        &self,
        leaders: &Leaders,
        is_national: bool,
        city: u32,
        sector: usize,
    ) -> ChampionEvent {
        ChampionEvent {
            is_national,
            city,
            sector: sector as u32,
            capability: self.capability(city as usize, sector),
            leads_nation: leaders.first(sector / LANES).city(sector % LANES) == Some(city),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::experiment::{factor::Variant, worlds::Worlds};
    use crate::kernel::random::Luck;
    use crate::model::setup::Setup;

    fn china() -> Setup {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let worlds = Worlds::new(&base, &[]);
        worlds.setup(&Variant::default()).expect("a world")
    }

    fn start(setup: &Setup) -> Run<'_> {
        let luck = Luck {
            seed: 1,
            replicate: 0,
        };
        Run::new(setup, luck)
    }

    #[test]
    fn among_equals_the_first_row_leads_and_the_first_region_has_the_champions() {
        let setup = china();
        let mut run = start(&setup);
        run.state.capability.fill(each(|_| 1.0));
        run.params.champions.noise = 0.0;
        run.name_champions(None);
        let (world, sectors) = (setup.world(), run.sectors());
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
        let leaders: Vec<u32> = run.leaders().flatten().collect();
        assert_eq!(leaders, expected);
        let first = |run: &Run, sector| {
            let leaders = &run.nation.leaders;
            leaders.first(sector / LANES).city(sector % LANES)
        };
        assert!((0..sectors).all(|s| run.national_leader(s) == 0));
        assert!((0..sectors).all(|s| first(&run, s) == Some(0)));
        assert!(!run.nation.champions.is_empty());
        let of_first_region = |(_, city): &(u32, u32)| *city == first_of(0);
        assert!(run.nation.champions.iter().all(of_first_region));
        run.state.capability[31 / LANES * sectors][31 % LANES] = 2.0;
        run.find_leaders(None);
        assert_eq!(run.national_leader(0), 31);
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
            run.params.champions.noise = [0.0, 0.1, 0.5, 5.0][quarter % 4];
            run.find_leaders(None);
            let best = run.best_seen(&mut looked_at);
            let sectors = run.sectors();
            let all: Vec<Leader> = (run.leaders().enumerate())
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
            run.see(&all, |leader, seen| {
                if seen > most[leader.sector] {
                    (most[leader.sector], expected[leader.sector]) = (seen, Some(leader.city));
                }
            });
            assert_eq!(best, expected);
            assert!(looked_at.len() < all.len() || run.params.champions.noise > 1.0);
        }
    }
}
