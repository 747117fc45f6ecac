//! Figure 1, Table 1, portfolios, regimes and disputes.

use crate::measure::outcomes::BARS_OF_ARMS;
use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    heat::Heat,
};
use crate::report::page::Part;
use crate::report::rows::{Crossed, Row, Rows, counted, plain};
use crate::report::words::{lower_first, words};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Rows of tables that are shown as they are.
const SHOWN: usize = 100;
/// Adds those that are there.
pub(crate) fn add(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    if let Some(rows) = Rows::found(source, "figure1", &["level", "id", "measure", "mean"])? {
        part.heading("figure1", "Figure 1 of the paper: the cycle of policy");
        figure_1(&rows, part);
    }
    if let Some(rows) = Rows::found(
        source,
        "table1",
        &["city_id", "instrument_id", "in_the_paper", "mean"],
    )? {
        part.heading("table1", "Table 1 of the paper: measures of cities");
        table_1(&rows, part);
    }
    if let Some(rows) = Rows::found(source, "portfolios", &["level", "id", "measure", "mean"])? {
        part.heading("portfolios", "Portfolios of cities");
        portfolios(&rows, part);
    }
    for (name, title) in [
        ("regimes", "Other regimes"),
        ("disputes", "Where readers of the paper differ"),
    ] {
        let needed = ["comparison", "arm", "response", "mean"];
        if let Some(rows) = Rows::found(source, name, &needed)? {
            part.heading(name, title);
            comparisons(name, &rows, part);
        }
    }
    for (name, title) in [
        ("drivers", "What decides whether claims hold"),
        ("scenario_discovery", "Where claims hold"),
    ] {
        if let Some(rows) = Rows::found(source, name, &[])?
            && !rows.is_empty()
        {
            part.heading(name, title);
            let caption = format!("Rows of {name}.csv, at most {SHOWN}.");
            part.table(caption, plain(&rows, SHOWN));
        }
    }
    Ok(())
}

fn figure_1(rows: &Rows, part: &mut Part) {
    let nation = rows.with("level", "nation");
    let mut data = Data::new(["Measure", "Mean of a run [95 %]", "Unit"]);
    for row in &nation {
        let unit = if row.text("unit") == "1" {
            "share"
        } else {
            row.text("unit")
        };
        data.rows.push(vec![
            words(row.text("measure")),
            row.estimate("mean"),
            unit.to_string(),
        ]);
    }
    let crossed = |level: &str| Crossed::of(&rows.with("level", level), "id", "measure", SHOWN);
    let n = counted(nation.into_iter(), "replicates");
    part.table(
        format!("Local trials, what the centre makes of them, and what cities make of that, over a whole run; {n}."),
        data,
    );
    for (level, name) in [("instrument", "Instrument"), ("city", "City")] {
        let caption = "Means over replicates; quarters and shares over runs in which they exist.";
        let title = format!("The same for each {level}");
        part.fold(format!("figure1-{level}"), title, None, |part| {
            part.table(caption, crossed(level).means(name));
        });
    }
}

fn table_1(rows: &Rows, part: &mut Part) {
    // Instruments go down, as in the paper's table of long names.
    let all: Vec<Row<'_>> = rows.iter().collect();
    let crossed = Crossed::of(&all, "instrument_id", "city_id", usize::MAX);
    let cells = || crossed.cells.iter();
    let chart = Heat {
        down: "instrument".to_string(),
        across: "cities".to_string(),
        value: "share of runs with the instrument in force".to_string(),
        rows: crossed.down.iter().map(|id| words(id)).collect(),
        columns: crossed.across.iter().map(|id| words(id)).collect(),
        values: cells().map(|row| row.as_ref()?.number("mean")).collect(),
        marked: cells()
            .map(|row| row.is_some_and(|row| row.text("in_the_paper") == "true"))
            .collect(),
        ..Heat::default()
    };
    part.figure(
        "table1-map",
        "Which cities end up with which instruments",
        "Share of runs in which a city has an instrument in force at the end. Cells with an orange outline are measures that \
         the paper lists for the city. The model knows neither the list nor the cities' wording.",
        counted(rows.iter(), "replicates"),
        chart,
    );
}

fn portfolios(rows: &Rows, part: &mut Part) {
    let cities = rows.with("level", "city");
    let bars: Vec<Bar> = cities
        .iter()
        .map(|row| row.bar(words(row.text("id")), "mean", 0))
        .collect();
    if !bars.is_empty() {
        part.figure(
            "portfolio-likeness",
            "How like a city's instruments are to those the paper lists for it",
            "Instruments that model and paper have in common, over all that either has (Jaccard), at the end of a run: 1 if \
             they are the same, 0 if none is shared. Whiskers are 95 % intervals.",
            counted(cities.iter().copied(), "replicates"),
            Bars::new("city", "likeness, 0 to 1", bars),
        );
    }
    let tiers = rows.with("level", "tier");
    if !tiers.is_empty() {
        let tiers = Crossed::of(&tiers, "id", "measure", SHOWN);
        let caption = "Means by tier of city and channel of instruments.";
        part.table(caption, tiers.means("Tier"));
    }
}

fn comparisons(name: &str, rows: &Rows, part: &mut Part) {
    for comparison in rows.distinct("comparison") {
        let of = rows.with("comparison", comparison);
        let about = of.first().map_or("", |row| row.text("about"));
        part.text(format!("{}: {about}.", words(comparison)));
        let n = counted(of.iter().copied(), "replicates");
        let shown = if name == "disputes" {
            &BARS_OF_ARMS[..2]
        } else {
            &BARS_OF_ARMS[..]
        };
        for response in shown {
            let arms: Vec<Row<'_>> = of
                .iter()
                .copied()
                .filter(|row| row.text("response") == *response)
                .collect();
            if arms.is_empty() {
                continue;
            }
            let bar = |(place, row): (usize, &Row<'_>)| {
                row.bar(
                    words(row.text("arm")),
                    "mean",
                    if place == 0 { 5 } else { 0 },
                )
            };
            part.figure(
                format!("{name}-{comparison}-{response}"),
                format!("{}: {}", words(comparison), words(response).to_lowercase()),
                "Mean of each arm with its 95 % interval; the base is dark. All arms have the same random draws.",
                &n,
                Bars::new("arm", words(response), arms.iter().enumerate().map(bar)),
            );
        }
        let outcomes = Crossed::of(&of, "response", "arm", SHOWN);
        let title = format!("All outcomes of: {}", lower_first(&words(comparison)));
        part.fold(format!("outcomes-{comparison}"), title, None, |part| {
            part.table("Means of arms.", outcomes.means("Outcome"));
        });
    }
}
