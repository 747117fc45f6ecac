//! The nation over time, from `national.csv`.

use std::collections::BTreeMap;

use crate::report::figure::{
    Data, Figure,
    areas::Areas,
    bars::{Bar, Bars},
    frame::Across,
    scale,
};
use crate::report::page::Part;
use crate::report::run::context::{Context, over_time};
use crate::report::tally::{Quarters, Tally};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Outcomes, with names for people.
const OUTCOMES: [(&str, &str); 10] = [
    ("competitiveness", "Competitiveness"),
    ("sovereignty", "AI sovereignty"),
    ("gap", "Technological gap"),
    ("similarity_all", "Similarity, all pairs"),
    ("similarity_peers", "Similarity, peers"),
    ("specialisation", "Specialisation"),
    ("concentration", "Concentration"),
    ("liberalisation", "Liberalisation"),
    ("stringency", "Stringency"),
    ("national_measures", "National measures"),
];
const COMPETITIVENESS: usize = 0;
const SOVEREIGNTY: usize = 1;
const SIMILARITY: usize = 3;
const PEERS: usize = 4;
const SPECIALISATION: usize = 5;
const CONCENTRATION: usize = 6;
const LIBERALISATION: usize = 7;
const STRINGENCY: usize = 8;
const MEASURES: usize = 9;

/// Parts of spending from the bottom of the stack.
pub(crate) const PARTS: [(&str, &str); 5] = [
    ("productive_cny_mn", "Productive"),
    ("introduction_cny_mn", "Introduction"),
    ("subscale_cny_mn", "Subscale"),
    ("duplicated_cny_mn", "Duplicated"),
    ("idle_cny_mn", "Idle"),
];

/// From CNY mn to CNY bn.
const BN: f64 = 1e-3;

/// Gathers the file and adds sections.
pub(crate) fn add(source: &Source, context: &Context, part: &mut Part) -> Result<(), OutputError> {
    let Some(mut table) = source.table("national")? else {
        part.note("There is no national.csv in this folder, so that figures of the nation are missing (`traces.files`).");
        return Ok(());
    };
    let (replicate, quarter) = (table.column("replicate")?, table.column("quarter")?);
    let outcomes: Vec<usize> = OUTCOMES
        .iter()
        .map(|(name, _)| table.column(name))
        .collect::<Result<_, _>>()?;
    let parts: Vec<usize> = PARTS
        .iter()
        .map(|(name, _)| table.column(name))
        .collect::<Result<_, _>>()?;
    let mut quarters = Quarters::new(OUTCOMES.len() + PARTS.len());
    let mut sums: BTreeMap<u64, [f64; PARTS.len()]> = BTreeMap::new();
    while table.advance()? {
        let at = table.quarter(quarter)?;
        for (place, column) in outcomes.iter().chain(&parts).enumerate() {
            if let Some(value) = table.number(*column)? {
                quarters.push(at, place, value);
            }
        }
        let run = table.number(replicate)?.unwrap_or(0.0) as u64;
        let sums = sums.entry(run).or_default();
        for (sum, column) in sums.iter_mut().zip(&parts) {
            *sum += table.number(*column)?.unwrap_or(0.0);
        }
    }
    if quarters.quarters().is_empty() {
        part.note("national.csv holds no rows.");
        return Ok(());
    }
    short(&quarters, part);
    growth(&quarters, context, part);
    waste(&quarters, &sums, context, part);
    likeness(&quarters, context, part);
    rules(&quarters, context, part);
    Ok(())
}

fn short(quarters: &Quarters, part: &mut Part) {
    let list = quarters.quarters();
    let (Some(first), Some(last)) = (list.first(), list.last()) else {
        return;
    };
    part.heading("outcomes", "Outcomes in short");
    let mut data = Data::new(["Outcome".to_string(), first.to_string(), last.to_string()]);
    for (place, (_, name)) in OUTCOMES.iter().enumerate() {
        let decimals = if place == MEASURES { 1 } else { 3 };
        if let Some((first, last)) = quarters.ends(place) {
            data.rows.push(vec![
                name.to_string(),
                even(first, decimals),
                even(last, decimals),
            ]);
        }
    }
    part.table(
        "Means over replicates with 95 % intervals of the mean, at the first and the last quarter.",
        data,
    );
}

fn growth(quarters: &Quarters, context: &Context, part: &mut Part) {
    part.heading("competitiveness", "Competitiveness");
    let line = |name: &str, place: usize| (name.to_string(), quarters.points(place, 1.0));
    let lines = vec![
        line("Competitiveness", COMPETITIVENESS),
        line("AI sovereignty", SOVEREIGNTY),
    ];
    part.figure(Figure::new(
        "competitiveness-over-time",
        "How near the nation is to the frontier",
        "Competitiveness is the nation's capability over the frontier of the world, sector by sector, weighted by \
         strategic value: 1 means level with the frontier. AI sovereignty joins it with domestic chips, talent and \
         regulatory standing. The frontier moves on, so a falling line may mean growth that is too slow.",
        &context.n,
        over_time(&quarters.quarters(), "index, 0 to 1", lines, &context.strips),
    ));
}

fn waste(
    quarters: &Quarters,
    sums: &BTreeMap<u64, [f64; PARTS.len()]>,
    context: &Context,
    part: &mut Part,
) {
    part.heading("waste", "Where the money goes");
    let mut totals = vec![Tally::default(); PARTS.len()];
    let mut shares = vec![Tally::default(); PARTS.len()];
    for sum in sums.values() {
        let whole: f64 = sum.iter().sum();
        for (place, value) in sum.iter().enumerate() {
            totals[place].push(*value, false);
            if whole > 0.0 {
                shares[place].push(value / whole, false);
            }
        }
    }
    let span = if quarters.is_thinned() {
        "all quarters in the file"
    } else {
        "the whole run"
    };
    let columns = PARTS.iter().enumerate().map(|(place, (_, name))| {
        let values: Vec<f64> = quarters
            .column(OUTCOMES.len() + place)
            .map(|tally| tally.mean().unwrap_or(0.0) * BN)
            .collect();
        let sum = totals[place].mean().unwrap_or(0.0) * BN;
        (
            name.to_string(),
            values,
            format!(", {} bn", scale::number(sum)),
        )
    });
    let whole: f64 = totals.iter().filter_map(Tally::mean).sum::<f64>() * BN;
    part.figure(Figure::new(
        "waste-over-time",
        "Spending on AI sectors by what becomes of it",
        format!(
            "Spending of all cities in a quarter, cut into what builds usable capability (productive) and four losses: \
             paid to bring in outside firms (introduction), lost for want of scale (subscale), building what other \
             cities have (duplicated), and building what nobody uses (idle). The dark line on top is the sum. Numbers \
             beside the names are sums over {span}, CNY {} bn together.",
            scale::number(whole)
        ),
        &context.n,
        Areas {
            across: Across::Quarters(quarters.quarters()),
            up: "CNY bn a quarter".to_string(),
            parts: columns.collect(),
            strips: Vec::new(),
        },
    ));
    let bars = PARTS.iter().enumerate().map(|(place, (_, name))| {
        let share = shares[place].point(1.0);
        Bar {
            name: name.to_string(),
            value: share.value,
            interval: share.interval,
            note: format!(
                "{} %, CNY {} bn",
                scale::grouped(share.value.unwrap_or(0.0) * 100.0, 1),
                scale::number(totals[place].mean().unwrap_or(0.0) * BN)
            ),
            series: if place == 0 { 0 } else { 1 },
        }
    });
    part.figure(Figure::new(
        "waste-shares",
        format!("Shares of spending over {span}"),
        "Each bar is a part of spending on sectors as a share of all of it; the five add up to 1. Whiskers are 95 % \
         intervals of the mean. All but the first are unproductive.",
        &context.n,
        Bars {
            title: "part".to_string(),
            across: "share of spending on sectors, 0 to 1".to_string(),
            bars: bars.collect(),
            is_marks: false,
        },
    ));
}

fn likeness(quarters: &Quarters, context: &Context, part: &mut Part) {
    part.heading("duplication", "How alike cities are");
    let line = |name: &str, place: usize| (name.to_string(), quarters.points(place, 1.0));
    part.figure(Figure::new(
        "similarity",
        "Likeness of what cities spend on",
        "Mean cosine between the sector shares of two cities: 1 means that they spend on the same sectors in the same \
         proportions. Peers are cities that the centre compares with each other. Where the line of peers runs above \
         that of all pairs, cities resemble most those they are compared with.",
        &context.n,
        over_time(
            &quarters.quarters(),
            "cosine, 0 to 1",
            vec![line("All pairs of cities", SIMILARITY), line("Peers", PEERS)],
            &[],
        ),
    ));
    part.figure(Figure::new(
        "specialisation",
        "Specialisation and concentration",
        "Specialisation is Krugman's index: 0 where every city spends as the nation does, 2 where no two share a \
         sector. Concentration is the Hirschman-Herfindahl index of capability over cities: 1 where one city has all.",
        &context.n,
        over_time(
            &quarters.quarters(),
            "index",
            vec![line("Specialisation (0 to 2)", SPECIALISATION), line("Concentration (0 to 1)", CONCENTRATION)],
            &[],
        ),
    ));
}

fn rules(quarters: &Quarters, context: &Context, part: &mut Part) {
    part.heading("rules", "Liberalisation and stringency");
    let line = |name: &str, place: usize| (name.to_string(), quarters.points(place, 1.0));
    let mut figure = over_time(
        &quarters.quarters(),
        "share or index, 0 to 1",
        vec![
            line("Liberalisation", LIBERALISATION),
            line("Stringency", STRINGENCY),
        ],
        &context.strips,
    );
    figure.from_zero = true;
    part.figure(Figure::new(
        "liberalisation",
        "The two tracks: cities facilitate, the centre restricts",
        "Liberalisation is the share of facilitating instruments that cities have in force, weighted by how fully they \
         work. Stringency is how much the political regulator at the centre restricts. Marks below are the dated events \
         of the scenario that press on the centre or cities: European rules, United States moves, export controls, and \
         plans of the centre.",
        &context.n,
        figure,
    ));
}

/// `0.410 [0.407, 0.413]`, with as many decimals everywhere.
fn even(tally: &Tally, decimals: usize) -> String {
    let point = tally.point(1.0);
    let shown = |value: f64| scale::grouped(value, decimals);
    match (point.value, point.interval) {
        (Some(value), Some((low, high))) => {
            format!("{} [{}, {}]", shown(value), shown(low), shown(high))
        }
        (Some(value), None) => shown(value),
        _ => "–".to_string(),
    }
}
