//! E36: leaders of regions, and the champions the centre names.

use crate::lanes::{LANES, ZERO, each};
use crate::math::select;
use crate::model::equations::evaluation;
use crate::model::record::{ChampionEvent, Journal};
use crate::model::run::Run;
use crate::random::{Purpose, normals};
use std::hint::select_unpredictable;

/// Scratch of E36, kept so that a quarter takes no memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Most capability of a region and sector, and the city that has it.
    leaders: Vec<(f64, u32)>,
    /// The best the centre sees in a sector, and the city.
    best: Vec<Option<(f64, u32)>>,
    /// Priority, sector and city of those that may become champions.
    candidates: Vec<(f64, u32, u32)>,
}

impl Run<'_> {
    /// E36: new leaders of regions, then national champions.
    pub(crate) fn name_champions(&mut self, mut journal: Option<&mut Journal>) {
        self.find_leaders(journal.as_deref_mut());
        let sectors = self.sectors();
        let luck = self.luck.wide_stream(Purpose::Champion);
        let Scratch {
            mut best,
            mut candidates,
            leaders,
        } = std::mem::take(&mut self.champions);
        best.clear();
        best.resize(sectors, None);
        // The leaders of a region in eight sectors are drawn at once.
        let world = self.setup.world();
        for (of_region, octet) in (0..self.nation.leaders.len() / sectors)
            .flat_map(|region| (0..sectors.div_ceil(LANES)).map(move |octet| (region, octet)))
        {
            let leader = |l: usize| {
                let s = octet * LANES + l;
                let at = of_region * sectors + s;
                let leader = *self.nation.leaders.get(at).filter(|_| s < sectors)?;
                (leader != u32::MAX).then_some((s, leader))
            };
            let code = |l| leader(l).map_or(0, |(_, city)| world.cities[city as usize].code);
            let position = u64::from(self.quarter) * 4 + octet as u64;
            let words = luck.blocks(&std::array::from_fn(code), position);
            let draws = normals(std::array::from_fn(|l| words[l][l]));
            for (l, (s, city)) in (0..LANES).filter_map(|l| Some((l, leader(l)?))) {
                let seen = evaluation::seen_capability(
                    self.capability(city as usize, s),
                    self.params.champions.noise,
                    draws[l],
                );
                if best[s].is_none_or(|(most, _)| seen > most) {
                    best[s] = Some((seen, city));
                }
            }
        }
        candidates.clear();
        for (s, best) in best.iter().enumerate() {
            if let Some((_, city)) = *best
                && !self.nation.champions.contains(&(s as u32, city))
            {
                candidates.push((self.nation.priority[s], s as u32, city));
            }
        }
        candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(self.params.champions.max_per_year as usize);
        candidates.sort_unstable_by_key(|(_, sector, city)| (*city, *sector));
        for (_, sector, city) in &candidates {
            self.nation.champions.push((*sector, *city));
            if let Some(journal) = journal.as_deref_mut() {
                journal.champions.push(self.champion_event(
                    &leaders,
                    true,
                    *city,
                    *sector as usize,
                ));
            }
        }
        self.champions = Scratch {
            leaders,
            best,
            candidates,
        };
    }

    /// The city with most capability in each region and sector; ties fall to the first row. Changes are recorded.
    pub(crate) fn find_leaders(&mut self, journal: Option<&mut Journal>) {
        let mut leaders = std::mem::take(&mut self.champions.leaders);
        self.regional_leaders(&mut leaders);
        if let Some(journal) = journal {
            let changed = |at: usize| {
                leaders[at].1 != u32::MAX && self.nation.leaders.get(at) != Some(&leaders[at].1)
            };
            let before = journal.champions.len();
            let events = (0..leaders.len())
                .filter(|at| changed(*at))
                .map(|at| self.champion_event(&leaders, false, leaders[at].1, at % self.sectors()));
            journal.champions.extend(events);
            journal.champions[before..].sort_by_key(|event| (event.city, event.sector));
        }
        self.nation.leaders.clear();
        self.nation
            .leaders
            .extend(leaders.iter().map(|(_, city)| city));
        self.champions.leaders = leaders;
    }

    /// Capability and row of the leader of each region and sector, region-major; `u32::MAX` for a region without
    /// cities.
    pub(crate) fn regional_leaders(&self, leaders: &mut Vec<(f64, u32)>) {
        let world = self.setup.world();
        let sectors = world.sectors.len();
        leaders.clear();
        leaders.resize(world.regions.len() * sectors, (f64::NEG_INFINITY, u32::MAX));
        for (city, own) in world.cities.iter().enumerate() {
            let (stocks, lane) = (self.state.stocks(city / LANES), city % LANES);
            let of_region = &mut leaders[own.region as usize * sectors..][..sectors];
            for (best, stock) in of_region.iter_mut().zip(stocks) {
                // Without a jump: which cities lead cannot be foreseen.
                let leads = stock[lane] > best.0;
                best.0 = select(leads, stock[lane], best.0);
                best.1 = select_unpredictable(leads, city as u32, best.1);
            }
        }
    }

    /// `leaders` are those of the regions, as they are now.
    fn champion_event(
        &self,
        leaders: &[(f64, u32)],
        is_national: bool,
        city: u32,
        sector: usize,
    ) -> ChampionEvent {
        ChampionEvent {
            is_national,
            city,
            sector: sector as u32,
            capability: self.capability(city as usize, sector),
            leads_nation: first_of_leaders(leaders, self.sectors(), sector) == Some(city),
        }
    }

    /// Row of the city with most capability in a sector; ties fall to the first row.
    pub(crate) fn national_leader(&self, sector: usize) -> u32 {
        let sectors = self.sectors();
        let stocks = || self.state.capability.chunks_exact(sectors);
        let mut most = ZERO;
        for stocks in stocks() {
            let (before, own) = (most, stocks[sector]);
            most = each(|l| select(own[l] > before[l], own[l], before[l]));
        }
        let most = most.iter().fold(0.0, |most: f64, own| most.max(*own));
        let all = stocks().flat_map(|stocks| stocks[sector].0);
        all.into_iter().position(|own| own == most).unwrap_or(0) as u32
    }
}

/// [`Run::national_leader`], who leads in its region as well, from the leaders of regions.
fn first_of_leaders(leaders: &[(f64, u32)], sectors: usize, sector: usize) -> Option<u32> {
    let leaders = leaders.iter().skip(sector).step_by(sectors);
    leaders
        .filter(|(_, city)| *city != u32::MAX)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, city)| *city)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Variant, Worlds};
    use crate::random::Luck;

    #[test]
    fn among_equals_the_first_row_leads_and_the_first_region_has_the_champions() {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let setup = Worlds::new(&base, &[])
            .setup(&Variant::default())
            .expect("a world");
        let mut run = Run::new(
            &setup,
            Luck {
                seed: 1,
                replicate: 0,
            },
        );
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
        assert_eq!(run.nation.leaders, expected);
        assert!((0..sectors).all(|s| run.national_leader(s) == 0));
        let mut leaders = Vec::new();
        run.regional_leaders(&mut leaders);
        assert!(
            (0..sectors)
                .all(|s| first_of_leaders(&leaders, sectors, s) == Some(run.national_leader(s)))
        );
        let last = leaders.len() - sectors;
        leaders[last] = (2.0, 31);
        run.state.capability[31 / LANES * sectors][31 % LANES] = 2.0;
        assert_eq!(run.national_leader(0), 31);
        assert_eq!(first_of_leaders(&leaders, sectors, 0), Some(31));
        assert!(!run.nation.champions.is_empty());
        let of_first_region = |(_, city): &(u32, u32)| *city == first_of(0);
        assert!(run.nation.champions.iter().all(of_first_region));
    }
}
