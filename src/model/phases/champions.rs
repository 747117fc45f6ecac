//! E36: leaders of regions, and the champions the centre names.

use crate::model::equations::evaluation;
use crate::model::record::{ChampionEvent, Journal};
use crate::model::run::Run;
use crate::random::{Purpose, normal};

impl Run<'_> {
    /// E36: new leaders of regions, then national champions.
    pub(crate) fn name_champions(&mut self, mut journal: Option<&mut Journal>) {
        self.find_leaders(journal.as_deref_mut());
        let sectors = self.sectors();
        let mut luck = self.luck.stream(Purpose::Champion);
        let mut best: Vec<Option<(f64, u32)>> = vec![None; sectors];
        // One city often leads its region in many sectors: its block is drawn once for eight of them.
        let mut drawn = None;
        for (at, leader) in self.nation.leaders.iter().copied().enumerate() {
            if leader == u32::MAX {
                continue;
            }
            let s = at % sectors;
            let position = u64::from(self.quarter) * 4 + s as u64 / 8;
            let draws = match drawn {
                Some((city, at, draws)) if (city, at) == (leader, position) => draws,
                _ => luck.block(self.setup.world().cities[leader as usize].code, position),
            };
            drawn = Some((leader, position, draws));
            let seen = evaluation::seen_capability(
                self.capability(leader as usize, s),
                self.params.champions.noise,
                normal(draws[s % 8]),
            );
            if best[s].is_none_or(|(most, _)| seen > most) {
                best[s] = Some((seen, leader));
            }
        }
        let mut candidates: Vec<(f64, u32, u32)> = Vec::new();
        for (s, best) in best.into_iter().enumerate() {
            if let Some((_, city)) = best
                && !self.nation.champions.contains(&(s as u32, city))
            {
                candidates.push((self.nation.priority[s], s as u32, city));
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(self.params.champions.max_per_year as usize);
        candidates.sort_by_key(|(_, sector, city)| (*city, *sector));
        for (_, sector, city) in candidates {
            self.nation.champions.push((sector, city));
            if let Some(journal) = journal.as_deref_mut() {
                journal
                    .champions
                    .push(self.champion_event(true, city, sector as usize));
            }
        }
    }

    /// The city with most capability in each region and sector; ties fall to the first row. Changes are recorded.
    pub(crate) fn find_leaders(&mut self, journal: Option<&mut Journal>) {
        let leaders = self.regional_leaders();
        if let Some(journal) = journal {
            let changed = |at: usize| {
                leaders[at] != u32::MAX && self.nation.leaders.get(at) != Some(&leaders[at])
            };
            let mut events: Vec<ChampionEvent> = (0..leaders.len())
                .filter(|at| changed(*at))
                .map(|at| self.champion_event(false, leaders[at], at % self.sectors()))
                .collect();
            events.sort_by_key(|event| (event.city, event.sector));
            journal.champions.extend(events);
        }
        self.nation.leaders = leaders;
    }

    /// Row of the leader of each region and sector, region-major; `u32::MAX` for a region without cities.
    pub(crate) fn regional_leaders(&self) -> Vec<u32> {
        let world = self.setup.world();
        let sectors = world.sectors.len();
        let mut leaders = vec![(f64::NEG_INFINITY, u32::MAX); world.regions.len() * sectors];
        for (city, own) in world.cities.iter().enumerate() {
            for s in 0..sectors {
                let best = &mut leaders[own.region as usize * sectors + s];
                let capability = self.capability(city, s);
                if capability > best.0 {
                    *best = (capability, city as u32);
                }
            }
        }
        leaders.into_iter().map(|(_, city)| city).collect()
    }

    fn champion_event(&self, is_national: bool, city: u32, sector: usize) -> ChampionEvent {
        let capability = self.capability(city as usize, sector);
        ChampionEvent {
            is_national,
            city,
            sector: sector as u32,
            capability,
            leads_nation: self.national_leader(sector) == city,
        }
    }

    /// Row of the city with most capability in a sector; ties fall to the first row.
    pub(crate) fn national_leader(&self, sector: usize) -> u32 {
        (0..self.cities())
            .map(|city| (self.capability(city, sector), city as u32))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map_or(0, |(_, city)| city)
    }
}
