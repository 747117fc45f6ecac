//! The nation over time, from `national.csv`.

use std::collections::BTreeMap;

use crate::measure::outcome::{Id, shown::REPORT};
use crate::measure::outcomes::{ids::national as ids, of_nation, parts_of_spending};
use crate::measure::reading::Reading;
use crate::measure::seen::NationSeen;
use crate::report::figure::{
    Data,
    areas::Areas,
    bars::{Bar, Bars},
    frame::Across,
    lines::Point,
    scale,
};
use crate::report::page::Part;
use crate::report::run::context::{Context, over_time};
use crate::report::tally::{Quarters, Tally};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// From CNY mn to CNY bn.
const BN: f64 = 1e-3;

/// What is read of the file.
struct Nation {
    /// Outcomes that are shown, the parts of spending last.
    shown: Vec<&'static Reading>,
    parts: usize,
    quarters: Quarters,
    /// Sums of the parts by replicate.
    sums: BTreeMap<u64, Vec<f64>>,
}

/// Gathers the file and adds sections.
pub(crate) fn add(source: &Source, context: &Context, part: &mut Part) -> Result<(), OutputError> {
    let Some(mut table) = source.table("national")? else {
        part.note("There is no national.csv in this folder, so that figures of the nation are missing (`traces.files`).");
        return Ok(());
    };
    let [replicate, quarter] = table.places(["replicate", "quarter"])?;
    let parts = parts_of_spending();
    let mut nation = Nation {
        shown: of_nation(REPORT)
            .into_iter()
            .chain(parts.iter().copied())
            .collect(),
        parts: parts.len(),
        quarters: Quarters::new(0),
        sums: BTreeMap::new(),
    };
    let columns = nation.shown.iter().map(|own| table.column(&own.name));
    let columns: Vec<usize> = columns.collect::<Result<_, _>>()?;
    nation.quarters = Quarters::new(columns.len());
    let of_parts = &columns[columns.len() - parts.len()..];
    while table.advance()? {
        let at = table.quarter(quarter)?;
        for (place, column) in columns.iter().enumerate() {
            if let Some(value) = table.number(*column)? {
                nation.quarters.push(at, place, value);
            }
        }
        let run = table.number(replicate)?.unwrap_or(0.0) as u64;
        let sums = nation
            .sums
            .entry(run)
            .or_insert_with(|| vec![0.0; parts.len()]);
        for (sum, column) in sums.iter_mut().zip(of_parts) {
            *sum += table.number(*column)?.unwrap_or(0.0);
        }
    }
    if nation.quarters.quarters().is_empty() {
        part.note("national.csv holds no rows.");
        return Ok(());
    }
    nation.short(part);
    nation.growth(context, part);
    nation.waste(context, part);
    nation.likeness(context, part);
    nation.rules(context, part);
    Ok(())
}

impl Nation {
    /// Lines of outcomes over the quarters, under names of their own or their labels.
    fn lines(&self, wanted: &[(Id<NationSeen>, Option<&str>)]) -> Vec<(String, Vec<Point>)> {
        let line = |(id, name): &(Id<NationSeen>, Option<&str>)| {
            let place = self.shown.iter().position(|own| own.name == id.name)?;
            let name = name.map_or(self.shown[place].label.clone(), ToString::to_string);
            Some((name, self.quarters.points(place, 1.0)))
        };
        wanted.iter().filter_map(line).collect()
    }

    fn short(&self, part: &mut Part) {
        let list = self.quarters.quarters();
        let (Some(first), Some(last)) = (list.first(), list.last()) else {
            return;
        };
        part.heading("outcomes", "Outcomes in short");
        let mut data = Data::new(["Outcome".to_string(), first.to_string(), last.to_string()]);
        let outcomes = &self.shown[..self.shown.len() - self.parts];
        for (place, own) in outcomes.iter().enumerate() {
            let decimals = if own.is_count { 1 } else { 3 };
            if let Some((first, last)) = self.quarters.ends(place) {
                let [first, last] = [first, last].map(|tally| even(tally, decimals));
                data.rows.push(vec![own.label.clone(), first, last]);
            }
        }
        part.table(
            "Means over replicates with 95 % intervals of the mean, at the first and the last quarter.",
            data,
        );
    }

    fn growth(&self, context: &Context, part: &mut Part) {
        part.heading(ids::competitiveness.name, "Competitiveness");
        let lines = self.lines(&[(ids::competitiveness, None), (ids::sovereignty, None)]);
        part.figure(
            "competitiveness-over-time",
            "How near the nation is to the frontier",
            "Competitiveness is the nation's capability over the frontier of the world, sector by sector, weighted by \
             strategic value: 1 means level with the frontier. AI sovereignty joins it with domestic chips, talent and \
             regulatory standing. The frontier moves on, so a falling line may mean growth that is too slow.",
            &context.n,
            over_time(&self.quarters.quarters(), "index, 0 to 1", lines, &context.strips),
        );
    }

    fn waste(&self, context: &Context, part: &mut Part) {
        let first = self.shown.len() - self.parts;
        let parts = &self.shown[first..];
        part.heading("waste", "Where the money goes");
        let mut totals = vec![Tally::default(); parts.len()];
        let mut shares = vec![Tally::default(); parts.len()];
        for sum in self.sums.values() {
            let whole: f64 = sum.iter().sum();
            for (place, value) in sum.iter().enumerate() {
                totals[place].push(*value, false);
                if whole > 0.0 {
                    shares[place].push(value / whole, false);
                }
            }
        }
        let span = if self.quarters.is_thinned() {
            "all quarters in the file"
        } else {
            "the whole run"
        };
        let columns = parts.iter().enumerate().map(|(place, own)| {
            let values: Vec<f64> = self
                .quarters
                .column(first + place)
                .map(|tally| tally.mean().unwrap_or(0.0) * BN)
                .collect();
            let sum = totals[place].mean().unwrap_or(0.0) * BN;
            (
                own.label.clone(),
                values,
                format!(", {} bn", scale::number(sum)),
            )
        });
        let whole: f64 = totals.iter().filter_map(Tally::mean).sum::<f64>() * BN;
        part.figure(
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
                across: Across::Quarters(self.quarters.quarters()),
                up: "CNY bn a quarter".to_string(),
                parts: columns.collect(),
                strips: Vec::new(),
            },
        );
        let bars = parts.iter().enumerate().map(|(place, own)| {
            let share = shares[place].point(1.0);
            Bar {
                name: own.label.clone(),
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
        part.figure(
            "waste-shares",
            format!("Shares of spending over {span}"),
            "Each bar is a part of spending on sectors as a share of all of it; the five add up to 1. Whiskers are 95 % \
             intervals of the mean. All but the first are unproductive.",
            &context.n,
            Bars::new("part", "share of spending on sectors, 0 to 1", bars),
        );
    }

    fn likeness(&self, context: &Context, part: &mut Part) {
        part.heading("duplication", "How alike cities are");
        part.figure(
            "similarity",
            "Likeness of what cities spend on",
            "Mean cosine between the sector shares of two cities: 1 means that they spend on the same sectors in the same \
             proportions. Peers are cities that the centre compares with each other. Where the line of peers runs above \
             that of all pairs, cities resemble most those they are compared with.",
            &context.n,
            over_time(
                &self.quarters.quarters(),
                "cosine, 0 to 1",
                self.lines(&[(ids::similarity_all, Some("All pairs of cities")), (ids::similarity_peers, Some("Peers"))]),
                &[],
            ),
        );
        part.figure(
            ids::specialisation.name,
            "Specialisation and concentration",
            "Specialisation is Krugman's index: 0 where every city spends as the nation does, 2 where no two share a \
             sector. Concentration is the Hirschman-Herfindahl index of capability over cities: 1 where one city has all.",
            &context.n,
            over_time(
                &self.quarters.quarters(),
                "index",
                self.lines(&[
                    (ids::specialisation, Some("Specialisation (0 to 2)")),
                    (ids::concentration, Some("Concentration (0 to 1)")),
                ]),
                &[],
            ),
        );
    }

    fn rules(&self, context: &Context, part: &mut Part) {
        part.heading("rules", "Liberalisation and stringency");
        let mut figure = over_time(
            &self.quarters.quarters(),
            "share or index, 0 to 1",
            self.lines(&[(ids::liberalisation, None), (ids::stringency, None)]),
            &context.strips,
        );
        figure.from_zero = true;
        part.figure(
            ids::liberalisation.name,
            "The two tracks: cities facilitate, the centre restricts",
            "Liberalisation is the share of facilitating instruments that cities have in force, weighted by how fully they \
             work. Stringency is how much the political regulator at the centre restricts. Marks below are the dated events \
             of the scenario that press on the centre or cities: European rules, United States moves, export controls, and \
             plans of the centre.",
            &context.n,
            figure,
        );
    }
}

/// `0.410 [0.407, 0.413]`, with as many decimals everywhere.
fn even(tally: &Tally, decimals: usize) -> String {
    let shown = |value: f64| scale::grouped(value, decimals);
    let value = tally.mean().map_or("–".to_string(), shown);
    match tally.interval() {
        Some((low, high)) => format!("{value} [{}, {}]", shown(low), shown(high)),
        None => value,
    }
}
