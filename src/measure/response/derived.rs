//! Numbers that no column holds: subsets of cities, portfolios of instruments, what happened so far.

use crate::measure::response::portfolio;
use crate::measure::response::watch::Watch;
use crate::model::data::{Channel, Tier};
use crate::model::run::Run;

/// Quarters for which an instrument's spread is followed; slower ones count as if they took so long.
const SPREAD_WINDOW: u32 = 24;

/// Of what, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Row of the city.
    pub city: usize,
    /// Row of the sector.
    pub sector: usize,
    /// First quarter of the period.
    pub since: u32,
}

/// Reads a number of the quarter just done, with the weight it has in a mean over quarters; none where it is missing.
type Read = fn(&Run<'_>, &Watch, Place) -> Option<(f64, f64)>;

/// A number of the table `derived`.
pub(crate) struct Derived {
    pub name: &'static str,
    /// Unit; `CNY mn` and `events` flow, so that periods sum them.
    pub unit: &'static str,
    /// Whether a city and a sector must be named.
    pub needs: (bool, bool),
    /// Whether it needs the events of the run.
    pub watches: bool,
    #[cfg_attr(
        not(feature = "internals"),
        expect(dead_code, reason = "the documents alone tell it")
    )]
    pub meaning: &'static str,
    /// Where it is missing.
    #[cfg_attr(
        not(feature = "internals"),
        expect(dead_code, reason = "the documents alone tell it")
    )]
    pub missing: &'static str,
    pub read: Read,
}

/// Place and definition of a name.
pub(crate) fn find(name: &str) -> Option<(usize, &'static Derived)> {
    DERIVED.iter().enumerate().find(|(_, row)| row.name == name)
}

const fn plain(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    missing: &'static str,
    read: Read,
) -> Derived {
    Derived {
        name,
        unit,
        needs: (false, false),
        watches: false,
        meaning,
        missing,
        read,
    }
}

const fn watched(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    missing: &'static str,
    read: Read,
) -> Derived {
    Derived {
        watches: true,
        ..plain(name, unit, meaning, missing, read)
    }
}

const fn placed(needs: (bool, bool), derived: Derived) -> Derived {
    Derived { needs, ..derived }
}

/// The table.
pub(crate) static DERIVED: &[Derived] = &[
    plain(
        "national_effect",
        "effect",
        "mean effect (E20, with the money of the quarter) of national measures over the cities that have them in force",
        "no city has a national measure in force",
        |run, _, _| mean_effect(run, true),
    ),
    plain(
        "local_effect",
        "effect",
        "mean effect (E20, with the money of the quarter) of instruments that are not national over the cities that have them in force",
        "no city has an instrument of its own in force",
        |run, _, _| mean_effect(run, false),
    ),
    watched(
        "liberalisation_of_followers",
        "1",
        "mean liberalisation (O8) of cities that have pioneered nothing so far",
        "every city has pioneered something",
        |run, watch, _| {
            let own = |city: &usize| !watch.has_pioneered[*city];
            mean(
                (0..cities(run))
                    .filter(own)
                    .map(|city| run.instrument_use(city).liberalisation),
            )
        },
    ),
    watched(
        "pioneering_in_zones",
        "events/city-year",
        "pioneering events per city-year in cities designated as pilot zones by then, whether or not the mechanism is on; over a period: all events over all city-years",
        "no city is designated",
        |run, watch, _| pioneering(run, watch, true),
    ),
    watched(
        "pioneering_elsewhere",
        "events/city-year",
        "pioneering events per city-year in cities not designated as pilot zones by then; over a period: all events over all city-years",
        "every city is designated",
        |run, watch, _| pioneering(run, watch, false),
    ),
    watched(
        "codified_measures",
        "measures",
        "national measures in force that began in a city (E33)",
        "",
        |_, watch, _| Some((f64::from(watch.codified), 1.0)),
    ),
    plain(
        "portfolio_similarity",
        "1",
        "mean Jaccard index of two cities' instruments in force, over pairs of which at least one has an instrument; 0 to 1",
        "no city has an instrument in force",
        |run, _, _| portfolios(run).map(|found| (found.0, 1.0)),
    ),
    plain(
        "identical_portfolios",
        "1",
        "share of pairs of cities with the same instruments in force, among pairs of which at least one has an instrument; 0 to 1",
        "no city has an instrument in force",
        |run, _, _| portfolios(run).map(|found| (found.1, 1.0)),
    ),
    plain(
        "tier_soft_correlation",
        "1",
        "correlation over cities of market standing (county 0, third tier 1, second 2, new first 3, first 4) with the share of the instruments' money in soft ones minus that in those which attract residents; below 0 where low tiers lean on soft introduction",
        "fewer than three cities spend on instruments, or all alike",
        |run, _, _| tier_soft(run),
    ),
    plain(
        "peers_over_others",
        "1",
        "mean cosine of sector shares between a city and its peers, minus that between cities that are no peers",
        "all pairs are peers, or none",
        |run, _, _| portfolio::peers_over_others(run).map(|found| (found, 1.0)),
    ),
    watched(
        "champions_from_regions",
        "1",
        "share of national champions so far that had led their region in the sector for the first time at least four quarters before they were named",
        "no champion has been named",
        |_, watch, _| share(watch.champions[1], watch.champions[0]),
    ),
    watched(
        "champions_first_at_start",
        "1",
        "share of national champions so far that had most capability of the nation in the sector at the start",
        "no champion has been named",
        |_, watch, _| share(watch.champions[2], watch.champions[0]),
    ),
    placed(
        (false, true),
        plain(
            "least_suited_share",
            "1",
            "mean share of a sector in the budgets of the half of the cities with the least advantage in it (D4; ties: lower row)",
            "",
            |run, _, place| least_suited(run, place.sector),
        ),
    ),
    watched(
        "quarters_to_half",
        "quarters",
        "quarters from an instrument's first pioneer to its being in force in half of the cities, mean over instruments pioneered at least 24 quarters ago; one that took longer, or never got there, counts as 24",
        "no instrument was pioneered so long ago",
        |run, watch, _| quarters_to_half(run, watch),
    ),
    placed(
        (true, true),
        plain(
            "net_return_cny_mn",
            "CNY mn",
            "value of a city's output from a sector (E39) minus what its spending there would have returned in the rest of the local economy, discounted to the first quarter of the period",
            "",
            |run, _, place| Some((net_return(run, place), 1.0)),
        ),
    ),
    placed(
        (true, true),
        watched(
            "net_return_of_building_cny_mn",
            "CNY mn",
            "value of what a city builds in a sector (its output for good, as it wears off, at the quarter's utilisation and price) minus what its spending there would have returned in the rest of the local economy, discounted to the first quarter of the period",
            "",
            |run, watch, place| Some((net_return_of_building(run, watch, place), 1.0)),
        ),
    ),
    placed(
        (true, true),
        plain(
            "sector_output_cny_mn",
            "CNY mn",
            "value of a city's output from a sector (E39)",
            "",
            |run, _, place| Some((run.sector_output(place.city, place.sector), 1.0)),
        ),
    ),
    placed(
        (true, true),
        plain(
            "sector_forgone_cny_mn",
            "CNY mn",
            "what a city's spending on a sector would have returned in the rest of the local economy",
            "",
            |run, _, place| Some((forgone(run, place), 1.0)),
        ),
    ),
];

fn cities(run: &Run<'_>) -> usize {
    run.world().cities.len()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    (count > 0.0).then(|| (sum / count, 1.0))
}

fn share(part: u32, all: u32) -> Option<(f64, f64)> {
    (all > 0).then(|| (f64::from(part) / f64::from(all), 1.0))
}

fn mean_effect(run: &Run<'_>, national: bool) -> Option<(f64, f64)> {
    let instruments = run.world().instruments.len();
    let effects = (0..cities(run)).flat_map(|city| {
        (0..instruments)
            .filter(move |m| run.is_in_force(city, *m) && run.is_national(*m) == national)
            .map(move |m| run.effect(city, m))
    });
    mean(effects)
}

fn pioneering(run: &Run<'_>, watch: &Watch, in_zones: bool) -> Option<(f64, f64)> {
    let own = (0..cities(run)).filter(|city| run.is_designated(*city) == in_zones);
    let (events, quarters) = own.fold((0.0, 0.0), |(events, quarters), city| {
        (
            events + f64::from(watch.pioneered_now[city]),
            quarters + 1.0,
        )
    });
    Some((events, quarters / 4.0))
}

fn portfolios(run: &Run<'_>) -> Option<(f64, f64)> {
    portfolio::alike((0..cities(run)).map(|city| run.portfolio(city)))
}

/// How high a city stands on the market.
fn standing(tier: Tier) -> f64 {
    match tier {
        Tier::First => 4.0,
        Tier::NewFirst => 3.0,
        Tier::Second => 2.0,
        Tier::Third => 1.0,
        Tier::County => 0.0,
    }
}

fn tier_soft(run: &Run<'_>) -> Option<(f64, f64)> {
    let world = run.world();
    let mut pairs = Vec::new();
    for (row, city) in world.cities.iter().enumerate() {
        let (mut all, mut lean) = (0.0, 0.0);
        for (m, instrument) in world.instruments.iter().enumerate() {
            let money = run.instrument_money(row, m);
            all += money;
            lean += match instrument.channel {
                Channel::Soft => money,
                Channel::Attract => -money,
                _ => 0.0,
            };
        }
        if all > 0.0 {
            pairs.push((standing(city.tier), lean / all));
        }
    }
    portfolio::correlation(&pairs).map(|found| (found, 1.0))
}

fn least_suited(run: &Run<'_>, sector: usize) -> Option<(f64, f64)> {
    let advantage = |city: usize| run.advantage(city, sector);
    let mut order: Vec<usize> = (0..cities(run)).collect();
    order.sort_by(|a, b| advantage(*a).total_cmp(&advantage(*b)).then(a.cmp(b)));
    order.truncate((cities(run) / 2).max(1));
    mean(order.into_iter().map(|city| run.share(city, 1 + sector)))
}

fn quarters_to_half(run: &Run<'_>, watch: &Watch) -> Option<(f64, f64)> {
    let now = run.quarter().saturating_sub(1);
    let spreads = watch.begun.iter().zip(&watch.reached_half);
    mean(spreads.filter_map(|(begun, reached)| {
        let begun = (*begun)?;
        if now < begun + SPREAD_WINDOW {
            return None;
        }
        let took = reached.map_or(SPREAD_WINDOW, |reached| reached - begun);
        Some(f64::from(took.min(SPREAD_WINDOW)))
    }))
}

fn forgone(run: &Run<'_>, place: Place) -> f64 {
    let spending = run.share(place.city, 1 + place.sector) * run.budget(place.city);
    run.params().outcomes.rest_return * run.outside_productivity(place.city) * spending
}

/// What a CNY of the quarter just done is worth in the first quarter of the period.
fn discount(run: &Run<'_>, place: Place) -> f64 {
    let rate = run.params().outcomes.discount_rate_per_quarter;
    let age = run.quarter().saturating_sub(1).saturating_sub(place.since);
    (0..age).fold(1.0, |worth, _| worth / (1.0 + rate))
}

fn net_return(run: &Run<'_>, place: Place) -> f64 {
    let output = run.sector_output(place.city, place.sector);
    discount(run, place) * (output - forgone(run, place))
}

fn net_return_of_building(run: &Run<'_>, watch: &Watch, place: Place) -> f64 {
    let rate = run.params().outcomes.discount_rate_per_quarter;
    let wear = run.params().production.depreciation;
    let [before, now] = watch.capability(place.city, place.sector);
    let built = now - (1.0 - wear) * before;
    let output = run.sector_output(place.city, place.sector);
    let per_unit = if now > 0.0 { output / now } else { 0.0 };
    // 1 + (1 - δ)/(1 + r) + ... quarters of output.
    let quarters = (1.0 + rate) / (rate + wear);
    discount(run, place) * (per_unit * built * quarters - forgone(run, place))
}
