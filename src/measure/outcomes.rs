//! Every outcome there is. An entry here is all it takes: traces, data package, `docs/outputs.md`, responses, terminal,
//! reports and explorer have no list of their own.
//!
//! What an outcome needs of a run that it does not show yet is a second line, in [`crate::model::views`] or among the
//! sums of the pass over the cities.

use std::sync::OnceLock;

use crate::measure::outcome::shown::{
    CHART, EXPLORER, HEADLINE, PART, PERCENT, REPORT, SIZE, TERMINAL, TOTAL, UNDER, USUAL,
};
use crate::measure::outcome::{Outcome, Ratio, Sum};
use crate::measure::reading::{self, Reading};
use crate::measure::seen::{AllocationSeen, CitySeen, NationSeen, Passes, SectorSeen};
use crate::model::equations::outside;
use crate::model::record::Move;
use crate::model::run::Run;

/// Lists of outcomes, and a constant for each that code can single it out with.
macro_rules! outcomes {
    ($(
        $(#[$doc:meta])*
        $table:ident of $seen:ident, ids $ids:ident {
            $($name:ident: $make:ident($($of:expr),* $(,)?) $(.$with:ident($($how:expr),*))*;)*
        }
    )*) => {
        $(
            $(#[$doc])*
            static $table: &[Outcome<$seen>] = &[
                $(Outcome::<$seen>::$make($($of),*) $(.$with($($how),*))* .named(stringify!($name))),*
            ];
        )*

        /// Outcomes that code singles out; a typo does not compile.
        #[allow(non_upper_case_globals, non_camel_case_types)]
        pub mod ids {
            $(
                #[doc = concat!("Of `", stringify!($table), "`.")]
                #[allow(dead_code, reason = "all outcomes have one")]
                pub mod $ids {
                    use crate::measure::outcome::Id;
                    use crate::measure::seen::$seen;

                    enum Place {
                        $($name),*
                    }

                    $(
                        #[doc = concat!("`", stringify!($name), "`.")]
                        pub const $name: Id<$seen> = Id::new(Place::$name as usize, stringify!($name));
                    )*
                }
            )*
        }
    };
}

const MN: &str = "CNY mn";

outcomes! {
    /// Of the nation, `national.csv`.
    NATIONAL of NationSeen, ids national {
        competitiveness: real("Competitiveness", "1", "capability over frontier, weighted by strategic value (O1)", |_, n| n.weighted.competitiveness)
            .on(TERMINAL | CHART | REPORT | EXPLORER | USUAL | HEADLINE);
        sovereignty: real("AI sovereignty", "1", "index of AI sovereignty: frontier, chips, talent and regulatory standing; 0 to 1 (O3)", |run, n| run.sovereignty(&n.weighted))
            .on(REPORT | EXPLORER);
        gap: real("Technological gap", "1", "technological gap, 0 to 1 (O2)", |_, n| n.weighted.gap)
            .on(TERMINAL | REPORT | EXPLORER);
        spending_cny_mn: real("Spending on sectors", MN, "spending on sectors", |_, n| n.cascade.spending)
            .flow().of("total_spending_cny_mn").on(TERMINAL | EXPLORER | TOTAL);
        settled_cny_mn: real("Settled spending", MN, "spending on sectors whose use is known (E47): the sum of the five parts that follow; all of the spending where building takes no time", |_, n| n.cascade.settled)
            .flow().of("spending_cny_mn");
        introduction_cny_mn: real("Introduction", MN, "paid to bring in outside firms (E24)", |_, n| n.cascade.introduction)
            .flow().of("settled_cny_mn").on(TERMINAL | UNDER | PART | EXPLORER | TOTAL);
        subscale_cny_mn: real("Subscale", MN, "lost for want of scale (E25)", |_, n| n.cascade.subscale)
            .flow().of("settled_cny_mn").on(TERMINAL | UNDER | PART | EXPLORER | TOTAL);
        duplicated_cny_mn: real("Duplicated", MN, "builds what other cities have (E26)", |_, n| n.cascade.duplicated)
            .flow().of("settled_cny_mn").on(TERMINAL | UNDER | PART | EXPLORER | USUAL | TOTAL);
        idle_cny_mn: real("Idle", MN, "builds what nobody uses (E27)", |_, n| n.cascade.idle)
            .flow().of("settled_cny_mn").on(TERMINAL | UNDER | PART | EXPLORER | USUAL | TOTAL);
        productive_cny_mn: real("Productive", MN, "the rest of the spending on sectors (E28)", |_, n| n.cascade.productive)
            .flow().of("settled_cny_mn").on(TERMINAL | UNDER | PART | EXPLORER | TOTAL);
        under_construction_cny_mn: real("Under construction", MN, "spending on sectors that has not been completed by the end of the quarter (E45)", |run, _| (0..run.world().sectors.len()).map(|s| run.nation_under_construction(s)).sum())
            .on(EXPLORER);
        failed_experiments_cny_mn: real("Failed experiments", MN, "money in instruments that do not fit; a part of the spending on instruments", |run, _| run.totals().failed)
            .flow().of("instruments_cny_mn").on(TERMINAL | UNDER | TOTAL);
        poaching_cny_mn: real("Poaching", MN, "money that only moves researchers between cities; a part of the spending on instruments", |run, _| run.totals().poaching)
            .flow().of("instruments_cny_mn").on(TERMINAL | UNDER | TOTAL);
        forgone_cny_mn: real("Forgone return", MN, "what the spending on sectors would have returned in the rest of the local economy; not a part of any spending", |run, _| run.totals().forgone)
            .flow().of("spending_cny_mn").on(TERMINAL | TOTAL);
        similarity_all: maybe("Similarity, all pairs", "1", "mean cosine of sector shares over all pairs of cities, 0 to 1 (O4)", "there is one city only", |_, n| n.similarity.0)
            .costs(Passes::SIMILARITY).on(TERMINAL | REPORT | EXPLORER);
        similarity_peers: maybe("Similarity, peers", "1", "mean cosine of sector shares over peers, 0 to 1 (O5)", "no city has peers", |_, n| n.similarity.1)
            .costs(Passes::SIMILARITY).on(TERMINAL | REPORT | EXPLORER | USUAL);
        specialisation: real("Specialisation", "1", "Krugman index of specialisation, 0 to 2 (O6)", |_, n| n.similarity.2)
            .costs(Passes::SIMILARITY).on(TERMINAL | REPORT | EXPLORER);
        concentration: real("Concentration", "1", "Hirschman-Herfindahl index of capability over cities, 0 to 1 (O7)", |_, n| n.weighted.concentration[0])
            .costs(Passes::CONCENTRATION).on(TERMINAL | REPORT | EXPLORER);
        liberalisation: real("Liberalisation", "1", "share of instruments in force, weighted by how fully they work, 0 to 1 (O8)", |run, _| run.totals().liberalisation / run.world().cities.len() as f64)
            .on(TERMINAL | REPORT | EXPLORER | USUAL | HEADLINE);
        instruments_in_force: real("Instruments in force per city", "instruments per city", "instruments in force, mean over cities (O9)", |run, _| run.totals().in_force / run.world().cities.len() as f64)
            .on(EXPLORER);
        national_measures: count("National measures", "measures", "national measures in force (O10)", |run, _| u64::from(run.nation().national.count_ones()))
            .on(TERMINAL | REPORT | EXPLORER | USUAL);
        local_origin_share: maybe("Begun in a city", "1", "share of national measures that began in a city, 0 to 1 (O10)", "no national measure is in force", |run, _| local_origin(run))
            .on(TERMINAL | UNDER | PERCENT);
        stringency: real("Stringency", "1", "stringency of the political regulator, 0 to 1 (E5)", |run, _| run.nation().stringency)
            .on(TERMINAL | REPORT | EXPLORER | USUAL);
        incidents: count("Incidents", "incidents", "incidents of the quarter (E7)", |run, _| run.nation().incident.iter().filter(|happened| **happened).count() as u64)
            .event().on(EXPLORER | TOTAL);
        utilisation: real("Utilisation", "1", "mean utilisation of capability, weighted by strategic value, 0 to 1 (O13)", |_, n| n.weighted.utilisation)
            .on(EXPLORER);
        champions: count("National champions", "champions", "national champions named so far (O14)", |run, _| run.nation().champions.len() as u64)
            .on(EXPLORER);
        budget_cny_mn: real("Budgets", MN, "budgets of all cities (E14)", |run, _| run.totals().budget)
            .flow().on(EXPLORER | TOTAL);
        instruments_cny_mn: real("Spending on instruments", MN, "spending on instruments", |run, _| run.totals().instruments)
            .flow().of("total_spending_cny_mn").on(TERMINAL | EXPLORER | TOTAL);
        output_cny_mn: real("Output", MN, "value of output (E39)", |run, _| run.totals().output)
            .flow().on(TOTAL);
        grants_cny_mn: real("Grants", MN, "grants paid (E32)", |run, _| run.totals().grants)
            .flow();
        efficiency_per_cny_bn: maybe("Efficiency", "1/CNY bn", "competitiveness gained since the start for each CNY bn spent on sectors and instruments (O12)", "nothing has been spent", |run, n| run.efficiency(n.weighted.competitiveness));
        top_city_share: real("Share of the leading city", "1", "share of the leading city in capability, weighted by strategic value, 0 to 1 (O7)", |_, n| n.weighted.concentration[1])
            .costs(Passes::CONCENTRATION);
        eu_pressure: real("EU pressure", "1", "European regulatory pressure, 0 to 1 (E38)", |run, _| run.in_force().eu_pressure);
        us_pressure: real("US pressure", "1", "US technological pressure, 0 to 1 (E38)", |run, _| run.in_force().us_pressure);
        export_controls: real("Export controls", "1", "export controls, 0 to 1 (E38)", |run, _| run.in_force().export_controls);
        researchers: real("Researchers", "FTE", "researchers", |run, _| run.totals().researchers)
            .on(EXPLORER);
        effective_talent: real("Effective talent", "FTE", "effective talent (E23)", |run, _| run.totals().effective_talent)
            .on(EXPLORER | USUAL);
        gini_budget: real("Inequality of budgets", "1", "Gini index of budgets over cities, 0 to 1 (O15)", |_, n| n.gini[0])
            .costs(Passes::INEQUALITY);
        gini_researchers: real("Inequality of researchers", "1", "Gini index of researchers over cities, 0 to 1 (O15)", |_, n| n.gini[1])
            .costs(Passes::INEQUALITY);
        gini_capability: real("Inequality of capability", "1", "Gini index of capability over cities, 0 to 1 (O15)", |_, n| n.gini[2])
            .costs(Passes::INEQUALITY);
        pioneered: count("Instruments pioneered", "events", "instruments pioneered in the quarter (O16)", |run, _| u64::from(run.moves(Move::Pioneer)))
            .event().on(TOTAL);
        imitated: count("Instruments copied", "events", "instruments copied from a peer in the quarter (O16)", |run, _| u64::from(run.moves(Move::Imitate)))
            .event().on(TOTAL);
        taken_up: count("National measures taken up", "events", "national measures taken up in the quarter (O16)", |run, _| u64::from(run.moves(Move::TakeUp)))
            .event().on(TOTAL);
        given_up: count("Instruments given up", "events", "instruments given up in the quarter (O16)", |run, _| u64::from(run.moves(Move::Drop)))
            .event().on(TOTAL);
    }

    /// Of a city, `cities.csv`.
    CITIES of CitySeen, ids city {
        budget_cny_mn: real("Budget", MN, "budget (E14)", |_, c| c.own.budget)
            .flow().on(EXPLORER | SIZE);
        grant_cny_mn: real("Grant", MN, "grant in the budget (E32)", |_, c| c.own.grant)
            .flow();
        spending_cny_mn: real("Spending on sectors", MN, "spending on sectors", |_, c| c.cascade.spending)
            .flow().of("total_spending_cny_mn").on(EXPLORER);
        settled_cny_mn: real("Settled spending", MN, "spending on sectors whose use is known (E47): the sum of the five parts that follow; all of the spending where building takes no time", |_, c| c.cascade.settled)
            .flow().of("spending_cny_mn");
        introduction_cny_mn: real("Introduction", MN, "paid to bring in outside firms (E24)", |_, c| c.cascade.introduction)
            .flow().of("settled_cny_mn");
        subscale_cny_mn: real("Subscale", MN, "lost for want of scale (E25)", |_, c| c.cascade.subscale)
            .flow().of("settled_cny_mn");
        duplicated_cny_mn: real("Duplicated", MN, "builds what other cities have (E26)", |_, c| c.cascade.duplicated)
            .flow().of("settled_cny_mn").on(EXPLORER);
        idle_cny_mn: real("Idle", MN, "builds what nobody uses (E27)", |_, c| c.cascade.idle)
            .flow().of("settled_cny_mn").on(EXPLORER);
        productive_cny_mn: real("Productive", MN, "the rest of the spending on sectors (E28)", |_, c| c.cascade.productive)
            .flow().of("settled_cny_mn").on(EXPLORER);
        under_construction_cny_mn: real("Under construction", MN, "spending on sectors that has not been completed by the end of the quarter (E45)", |run, c| (0..run.world().sectors.len()).map(|s| run.under_construction(c.city, s)).sum());
        instruments_cny_mn: real("Spending on instruments", MN, "spending on instruments", |run, c| run.instruments_money(c.city))
            .flow().of("total_spending_cny_mn");
        failed_experiments_cny_mn: real("Failed experiments", MN, "money in instruments that do not fit; a part of the spending on instruments", |_, c| c.instruments.failed)
            .flow().of("instruments_cny_mn");
        poaching_cny_mn: real("Poaching", MN, "money that only moves researchers between cities; a part of the spending on instruments", |_, c| c.instruments.poaching)
            .flow().of("instruments_cny_mn");
        forgone_cny_mn: real("Forgone return", MN, "what the spending on sectors would have returned in the rest of the local economy; not a part of any spending", |run, c| run.forgone(c.city, c.cascade.spending))
            .flow().of("spending_cny_mn");
        output_cny_mn: real("Output", MN, "value of output (E39)", |_, c| c.own.output)
            .flow();
        capability: real("Capability", "capability units", "capability in all sectors", |run, c| (0..run.world().sectors.len()).map(|s| run.capability(c.city, s)).sum())
            .on(EXPLORER);
        researchers: real("Researchers", "FTE", "researchers", |_, c| c.own.researchers)
            .on(EXPLORER);
        effective_talent: real("Effective talent", "FTE", "effective talent (E23)", |_, c| c.own.effective_talent)
            .on(EXPLORER);
        score: real("Score", "s.d.", "score of the last evaluation (E30)", |run, c| run.score(c.city))
            .on(EXPLORER);
        career_weight: real("Career weight", "1", "career weight of the official in post, 0 to 1", |_, c| c.own.career_weight)
            .on(EXPLORER);
        quarters_in_post: count("Quarters in post", "quarters", "quarters the official has been in post, this one included", |_, c| u64::from(c.own.quarters_in_post));
        instruments_in_force: count("Instruments in force", "instruments", "instruments in force", |run, c| u64::from(run.portfolio(c.city).count_ones()))
            .on(EXPLORER);
        liberalisation: real("Liberalisation", "1", "share of instruments in force, weighted by how fully they work, 0 to 1 (O8)", |_, c| c.instruments.liberalisation)
            .on(EXPLORER | USUAL);
        is_pilot_zone: flag("Pilot zone", "whether the city is a pilot zone", |run, c| run.is_pilot_zone(c.city));
    }

    /// Of a sector of the nation, `sectors.csv`.
    SECTORS of SectorSeen, ids sector {
        capability: real("Capability", "capability units", "national capability (E2)", |_, s| s.capability);
        gross_capability: real("Capability of cities", "capability units", "sum of the cities' capability", |run, s| run.nation().gross[s.sector]);
        frontier: real("Frontier", "capability units", "frontier (E1)", |run, s| run.nation().frontier[s.sector]);
        gap: real("Technological gap", "1", "technological gap, 0 to 1 (E3)", |run, s| outside::gap(s.capability, run.nation().frontier[s.sector]));
        demand: real("Demand", "capability units", "demand (E37)", |run, s| run.nation().demand[s.sector]);
        utilisation: real("Utilisation", "1", "share of capability in use, 0 to 1 (E37)", |run, s| run.nation().utilisation[s.sector]);
        compute_access: real("Compute access", "1", "access to compute, 0 to 1 (E6)", |run, s| run.nation().compute_access[s.sector]);
        priority: real("Priority", "1", "priority of the centre (E4)", |run, s| run.nation().priority[s.sector]);
        attention: real("Attention", "1", "attention (E38)", |run, s| run.nation().attention[s.sector]);
        spending_cny_mn: real("Spending", MN, "spending on the sector", |_, s| s.cascade.spending)
            .flow();
        settled_cny_mn: real("Settled spending", MN, "spending whose use is known (E47): the sum of the five parts that follow; all of the spending where building takes no time", |_, s| s.cascade.settled)
            .flow().of("spending_cny_mn");
        introduction_cny_mn: real("Introduction", MN, "paid to bring in outside firms (E24)", |_, s| s.cascade.introduction)
            .flow().of("settled_cny_mn");
        subscale_cny_mn: real("Subscale", MN, "lost for want of scale (E25)", |_, s| s.cascade.subscale)
            .flow().of("settled_cny_mn");
        duplicated_cny_mn: real("Duplicated", MN, "builds what other cities have (E26)", |_, s| s.cascade.duplicated)
            .flow().of("settled_cny_mn");
        idle_cny_mn: real("Idle", MN, "builds what nobody uses (E27)", |_, s| s.cascade.idle)
            .flow().of("settled_cny_mn");
        productive_cny_mn: real("Productive", MN, "the rest of the spending (E28)", |_, s| s.cascade.productive)
            .flow().of("settled_cny_mn");
        under_construction_cny_mn: real("Under construction", MN, "spending on the sector that has not been completed by the end of the quarter (E45)", |run, s| run.nation_under_construction(s.sector));
        concentration: real("Concentration", "1", "Hirschman-Herfindahl index of capability over cities, 0 to 1 (O7)", |run, s| run.concentrations(s.sector..s.sector + 1)[s.sector].0);
        leader_city_id: text("Leading city", "short name of the city with most capability", |run, s| {
            let leader = run.world().cities.get(run.national_leader(s.sector) as usize);
            leader.map_or("", |city| city.id.as_str())
        });
        incident: flag("Incident", "whether an incident happened in the quarter (E7)", |run, s| run.nation().incident[s.sector]);
    }

    /// Of a sector of a city, `allocations.csv`.
    ALLOCATIONS of AllocationSeen, ids allocation {
        budget_share: real("Share of the budget", "1", "share of the whole budget, 0 to 1 (E13)", |run, a| run.share(a.city, 1 + a.sector))
            .on(EXPLORER | USUAL);
        spending_cny_mn: real("Spending", MN, "spending on the sector", |_, a| a.cascade.spending)
            .flow().on(EXPLORER);
        settled_cny_mn: real("Settled spending", MN, "spending whose use is known (E47): the sum of the five parts that follow; all of the spending where building takes no time", |_, a| a.cascade.settled)
            .flow().of("spending_cny_mn");
        introduction_cny_mn: real("Introduction", MN, "paid to bring in outside firms (E24)", |_, a| a.cascade.introduction)
            .flow().of("settled_cny_mn");
        subscale_cny_mn: real("Subscale", MN, "lost for want of scale (E25)", |_, a| a.cascade.subscale)
            .flow().of("settled_cny_mn");
        duplicated_cny_mn: real("Duplicated", MN, "builds what other cities have (E26)", |_, a| a.cascade.duplicated)
            .flow().of("settled_cny_mn");
        idle_cny_mn: real("Idle", MN, "builds what nobody uses (E27)", |_, a| a.cascade.idle)
            .flow().of("settled_cny_mn");
        productive_cny_mn: real("Productive", MN, "the rest of the spending (E28)", |_, a| a.cascade.productive)
            .flow().of("settled_cny_mn");
        under_construction_cny_mn: real("Under construction", MN, "spending on the sector that has not been completed by the end of the quarter (E45)", |run, a| run.under_construction(a.city, a.sector));
        capability: real("Capability", "capability units", "capability just built (E29)", |run, a| run.capability(a.city, a.sector))
            .on(EXPLORER);
    }
}

/// O10, share of national measures that began in a city.
fn local_origin(run: &Run<'_>) -> Option<f64> {
    let measures = run.nation().national.count_ones();
    (measures > 0).then(|| f64::from(run.nation().local_origin) / f64::from(measures))
}

/// What is lost of the spending on sectors, in every table that has its parts.
pub const WASTE: Sum = Sum {
    name: "waste_cny_mn",
    terms: &[
        (1.0, "introduction_cny_mn"),
        (1.0, "subscale_cny_mn"),
        (1.0, "duplicated_cny_mn"),
        (1.0, "idle_cny_mn"),
    ],
};

/// Sums with names of their own.
const SUMS: &[Sum] = &[
    WASTE,
    Sum {
        name: "total_spending_cny_mn",
        terms: &[(1.0, "spending_cny_mn"), (1.0, "instruments_cny_mn")],
    },
    Sum {
        name: "peer_excess",
        terms: &[(1.0, "similarity_peers"), (-1.0, "similarity_all")],
    },
];

/// Ratios with names of their own, beside the shares that entries ask for.
const RATIOS: &[Ratio] = &[
    Ratio {
        name: "waste_share",
        above: WASTE.name,
        below: "settled_cny_mn",
        label: "Unproductive share of spending",
        meaning: "share of sector spending that produces nothing: paid to bring in outside firms, lost for want of scale, \
                  building what others have, or idle (E24 to E27)",
        shown: CHART | EXPLORER | USUAL | HEADLINE | TOTAL | PERCENT,
    },
    Ratio {
        name: "capability_ratio",
        above: "capability",
        below: "frontier",
        label: "Capability over frontier",
        meaning: "national capability over the frontier",
        shown: 0,
    },
];

/// Responses whose bars a reproduction's report shows for each arm; of disputes, the first two.
pub const BARS_OF_ARMS: [&str; 5] = [
    "competitiveness",
    "productive_share",
    "similarity_peers",
    "liberalisation",
    "stringency",
];

/// What a run is measured by where nothing is said: the outcomes the paper speaks of, in the order of their columns.
pub const USUAL_RESPONSES: &[&str] = &[
    "competitiveness",
    "spending_cny_mn",
    "waste_share",
    "introduction_share",
    "subscale_share",
    "duplicated_share",
    "idle_share",
    "productive_share",
    "similarity_peers",
    "liberalisation",
    "stringency",
    "incidents",
];

/// What a comparison of claims tells that names nothing, in order.
pub const COMPARED_RESPONSES: &[&str] = &[
    "competitiveness",
    "gap",
    "total_spending_cny_mn",
    "spending_cny_mn",
    "productive_share",
    "duplicated_share",
    "idle_share",
    "introduction_share",
    "subscale_share",
    "efficiency_per_cny_bn",
    "similarity_peers",
    "similarity_all",
    "specialisation",
    "liberalisation",
    "instruments_in_force",
    "national_measures",
    "pioneered",
    "stringency",
    "incidents",
    "sovereignty",
];

/// Outcomes of one table with all that is read of them.
#[derive(Debug)]
pub struct Known<S: 'static> {
    outcomes: Vec<Outcome<S>>,
    readings: Vec<Reading>,
}

impl<S> Known<S> {
    fn of(outcomes: Vec<Outcome<S>>) -> Self {
        let readings = reading::readings(&outcomes, SUMS, RATIOS);
        Known { outcomes, readings }
    }
}

static KNOWN: OnceLock<Registry> = OnceLock::new();

/// The outcomes of all tables.
#[derive(Debug)]
pub struct Registry {
    nation: Known<NationSeen>,
    city: Known<CitySeen>,
    sector: Known<SectorSeen>,
    allocation: Known<AllocationSeen>,
}

impl Registry {
    /// Those of the program.
    pub fn shipped() -> Self {
        Registry {
            nation: Known::of(NATIONAL.to_vec()),
            city: Known::of(CITIES.to_vec()),
            sector: Known::of(SECTORS.to_vec()),
            allocation: Known::of(ALLOCATIONS.to_vec()),
        }
    }

    fn get() -> &'static Registry {
        KNOWN.get_or_init(Registry::shipped)
    }
}

/// What outcomes of a table are read from.
pub trait Scope: Sized + 'static {
    /// Its table in a registry.
    fn known(registry: &Registry) -> &Known<Self>;
    /// The same, to be changed.
    #[cfg(feature = "internals")]
    fn known_mut(registry: &mut Registry) -> &mut Known<Self>;

    /// The outcomes, in the order of their columns.
    fn outcomes() -> &'static [Outcome<Self>] {
        &Self::known(Registry::get()).outcomes
    }

    /// Outcomes that are numbers, then sums and ratios.
    fn readings() -> &'static [Reading] {
        &Self::known(Registry::get()).readings
    }
}

macro_rules! scope {
    ($($seen:ident $field:ident),*) => {
        $(impl Scope for $seen {
            fn known(registry: &Registry) -> &Known<Self> {
                &registry.$field
            }
            #[cfg(feature = "internals")]
            fn known_mut(registry: &mut Registry) -> &mut Known<Self> {
                &mut registry.$field
            }
        })*
    };
}
scope!(NationSeen nation, CitySeen city, SectorSeen sector, AllocationSeen allocation);

/// Readings of the nation that are shown at a place.
pub fn of_nation(place: u16) -> Vec<&'static Reading> {
    let all = NationSeen::readings().iter();
    all.filter(|own| own.is_on(place)).collect()
}

/// The parts into which spending on sectors is cut, what is not lost first.
pub fn parts_of_spending() -> Vec<&'static Reading> {
    let mut parts = of_nation(PART);
    parts.sort_by_key(|own| WASTE.terms.iter().any(|(_, name)| *name == own.name));
    parts
}

/// The name for people of an outcome, a sum or a ratio of any table, of the nation first.
pub fn label(name: &str) -> Option<&'static str> {
    let tables = [
        NationSeen::readings(),
        CitySeen::readings(),
        SectorSeen::readings(),
        AllocationSeen::readings(),
    ];
    let mut all = tables.into_iter().flatten();
    all.find(|own| own.name == name)
        .map(|own| own.label.as_str())
}

#[cfg(feature = "internals")]
pub use all::*;

/// All outcomes at once, and other ones than the program's.
#[cfg(feature = "internals")]
mod all {
    use std::marker::PhantomData;

    use super::*;
    use crate::measure::outcome::Id;

    /// Most outcomes of a table.
    pub const MOST: usize = 64;

    impl Registry {
        /// With one more of a table, as its last column.
        #[must_use]
        pub fn with<S: Scope>(mut self, outcome: Outcome<S>) -> Self {
            let known = S::known_mut(&mut self);
            let mut outcomes = std::mem::take(&mut known.outcomes);
            outcomes.push(outcome);
            *known = Known::of(outcomes);
            self
        }

        /// Makes these the outcomes of the process. Once, before anything else is asked of the program.
        ///
        /// # Errors
        /// A sentence, where a name is none or stands twice, where there are too many, or where it is too late.
        pub fn install(self) -> Result<(), String> {
            fn check<S>(known: &Known<S>) -> Result<(), String> {
                let names: Vec<&str> = known.outcomes.iter().map(|own| own.column.name).collect();
                if names.len() > MOST {
                    return Err(format!(
                        "{} outcomes of one table; allowed: {MOST}",
                        names.len()
                    ));
                }
                let readings = &known.readings;
                for (place, name) in names.iter().enumerate() {
                    let is_letter = |byte: u8| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
                    };
                    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
                        && name.bytes().all(is_letter);
                    let is_taken = names[..place].contains(name)
                        || readings.iter().filter(|own| own.name == *name).count() > 1;
                    if !is_name || is_taken {
                        return Err(format!(
                            "an outcome cannot be named `{name}`; allowed: small letters, digits and `_`, a letter first, and no \
                             name of another of its table"
                        ));
                    }
                }
                Ok(())
            }
            check(&self.nation)?;
            check(&self.city)?;
            check(&self.sector)?;
            check(&self.allocation)?;
            let late = "outcomes are installed too late; allowed: once, before any is asked for";
            KNOWN.set(self).map_err(|_| late.to_string())
        }
    }

    /// The numbers of all outcomes of a table in a quarter.
    #[derive(Clone, Copy, Debug)]
    pub struct Values<S> {
        numbers: [f64; MOST],
        of: PhantomData<fn(&S)>,
    }

    impl<S> Values<S> {
        /// An outcome, 1 and 0 for `true` and `false`; not a number where it is missing or a text.
        pub fn get(&self, id: Id<S>) -> f64 {
            self.numbers[id.place]
        }

        /// An outcome; none where it is missing or a text.
        pub fn find(&self, id: Id<S>) -> Option<f64> {
            Some(self.get(id)).filter(|number| !number.is_nan())
        }
    }

    impl<S> PartialEq for Values<S> {
        fn eq(&self, other: &Self) -> bool {
            let bits = |own: &Self| own.numbers.map(f64::to_bits);
            bits(self) == bits(other)
        }
    }

    /// All outcomes of the nation.
    pub fn nation(run: &mut Run<'_>) -> Values<NationSeen> {
        nation_with(run, Passes::ALL)
    }

    /// Outcomes of the nation, with the passes that are wanted.
    pub fn nation_with(run: &mut Run<'_>, passes: Passes) -> Values<NationSeen> {
        values(&NationSeen::of(run, passes), run)
    }

    /// All outcomes of a city.
    pub fn city(run: &Run<'_>, city: usize) -> Values<CitySeen> {
        values(&CitySeen::of(run, city), run)
    }

    /// All outcomes of a sector.
    pub fn sector(run: &Run<'_>, sector: usize) -> Values<SectorSeen> {
        values(&SectorSeen::of(run, sector), run)
    }

    /// All outcomes of a sector of a city.
    pub fn allocation(run: &Run<'_>, city: usize, sector: usize) -> Values<AllocationSeen> {
        values(&AllocationSeen::of(run, city, sector), run)
    }

    fn values<S: Scope>(seen: &S, run: &Run<'_>) -> Values<S> {
        let mut values = Values {
            numbers: [f64::NAN; MOST],
            of: PhantomData,
        };
        for (number, outcome) in values.numbers.iter_mut().zip(S::outcomes()) {
            *number = outcome.column.number(run, seen).unwrap_or(f64::NAN);
        }
        values
    }
}
