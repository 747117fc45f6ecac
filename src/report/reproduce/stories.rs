//! Figure 1, Table 1, portfolios, regimes and disputes.

use crate::measure::outcomes::SIDES;
use crate::report::figure::{
    Data, Figure,
    bars::{Bar, Bars},
    heat::{Heat, Ramp},
};
use crate::report::page::Part;
use crate::report::rows::{Row, Rows, counted, plain};
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Rows of tables that are shown as they are.
const SHOWN: usize = 100;
/// Adds those that are there.
pub(crate) fn add(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    if let Some(rows) = Rows::found(source, "figure1", &[])? {
        part.heading("figure1", "Figure 1 of the paper: the cycle of policy");
        figure_1(&rows, part);
    }
    if let Some(rows) = Rows::found(source, "table1", &[])? {
        part.heading("table1", "Table 1 of the paper: measures of cities");
        table_1(&rows, part);
    }
    if let Some(rows) = Rows::found(source, "portfolios", &[])? {
        part.heading("portfolios", "Portfolios of cities");
        portfolios(&rows, part);
    }
    for (name, title) in [
        ("regimes", "Other regimes"),
        ("disputes", "Where readers of the paper differ"),
    ] {
        if let Some(rows) = Rows::found(source, name, &[])? {
            part.heading(name, title);
            comparisons(name, &rows, part);
        }
    }
    for (name, title) in [
        ("drivers", "What decides whether claims hold"),
        ("regions", "Where claims hold"),
    ] {
        if let Some(rows) = Rows::found(source, name, &[])?
            && !rows.is_empty()
        {
            part.heading(name, title);
            as_it_is(name, &rows, part);
        }
    }
    Ok(())
}

fn as_it_is(name: &str, rows: &Rows, part: &mut Part) {
    part.table(
        format!("Rows of {name}.csv, at most {SHOWN}."),
        plain(rows, SHOWN),
    );
}

fn has(rows: &Rows, columns: &[&str]) -> bool {
    columns.iter().all(|column| rows.has(column))
}

fn of_level<'a>(rows: &'a Rows, level: &'a str) -> Vec<Row<'a>> {
    rows.iter()
        .filter(|row| row.text("level") == level)
        .collect()
}

/// Means by id and measure as a table.
fn crossed(rows: &[Row<'_>], first: &str) -> Data {
    let mut measures: Vec<&str> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    for row in rows {
        for (list, text) in [
            (&mut measures, row.text("measure")),
            (&mut ids, row.text("id")),
        ] {
            if !list.contains(&text) && list.len() < SHOWN {
                list.push(text);
            }
        }
    }
    let mut data = Data::new([first]);
    data.columns
        .extend(measures.iter().map(|measure| words(measure)));
    for id in ids {
        let mut cells = vec![words(id)];
        cells.extend(measures.iter().map(|measure| {
            let row = rows
                .iter()
                .find(|row| row.text("id") == id && row.text("measure") == *measure);
            row.map_or(String::new(), |row| row.estimate("mean", "", ""))
        }));
        data.rows.push(cells);
    }
    data
}

fn figure_1(rows: &Rows, part: &mut Part) {
    if !has(rows, &["level", "id", "measure", "mean"]) {
        as_it_is("figure1", rows, part);
        return;
    }
    let nation = of_level(rows, "nation");
    let mut data = Data::new(["Measure", "Mean of a run [95 %]", "Unit"]);
    for row in &nation {
        let unit = if row.text("unit") == "1" {
            "share"
        } else {
            row.text("unit")
        };
        data.rows.push(vec![
            words(row.text("measure")),
            row.estimate("mean", "low", "high"),
            unit.to_string(),
        ]);
    }
    let n = counted(nation.into_iter(), "replicates");
    part.table(
        format!("Local trials, what the centre makes of them, and what cities make of that, over a whole run; {n}."),
        data,
    );
    part.table(
        "The same for each instrument, means over replicates; quarters and shares over runs in which they exist.",
        crossed(&of_level(rows, "instrument"), "Instrument"),
    );
    part.table(
        "The same for each city.",
        crossed(&of_level(rows, "city"), "City"),
    );
}

fn table_1(rows: &Rows, part: &mut Part) {
    if !has(rows, &["city_id", "instrument_id", "in_the_paper", "mean"]) {
        as_it_is("table1", rows, part);
        return;
    }
    let (cities, instruments) = (rows.distinct("city_id"), rows.distinct("instrument_id"));
    let mut values = vec![None; cities.len() * instruments.len()];
    let mut marked = vec![false; values.len()];
    for row in rows.iter() {
        let city = cities.iter().position(|id| *id == row.text("city_id"));
        let instrument = instruments
            .iter()
            .position(|id| *id == row.text("instrument_id"));
        if let (Some(city), Some(instrument)) = (city, instrument) {
            // Instruments go down, as in the paper's table of long names.
            let place = instrument * cities.len() + city;
            values[place] = row.number("mean");
            marked[place] = row.text("in_the_paper") == "true";
        }
    }
    let chart = Heat {
        down: "instrument".to_string(),
        across: "cities".to_string(),
        value: "share of runs with the instrument in force".to_string(),
        rows: instruments.iter().map(|id| words(id)).collect(),
        columns: cities.iter().map(|id| words(id)).collect(),
        values,
        ramp: Ramp::Much,
        marked,
    };
    part.figure(Figure::new(
        "table1-map",
        "Which cities end up with which instruments",
        "Share of runs in which a city has an instrument in force at the end. Cells with an orange outline are measures that \
         the paper lists for the city. The model knows neither the list nor the cities' wording.",
        counted(rows.iter(), "replicates"),
        chart,
    ));
}

fn portfolios(rows: &Rows, part: &mut Part) {
    if !has(rows, &["level", "id", "measure", "mean"]) {
        as_it_is("portfolios", rows, part);
        return;
    }
    let cities = of_level(rows, "city");
    let bars: Vec<Bar> = cities
        .iter()
        .map(|row| row.bar(words(row.text("id")), "mean", 0))
        .collect();
    if !bars.is_empty() {
        part.figure(Figure::new(
            "portfolio-likeness",
            "How like a city's instruments are to those the paper lists for it",
            "Instruments that model and paper have in common, over all that either has (Jaccard), at the end of a run: 1 if \
             they are the same, 0 if none is shared. Whiskers are 95 % intervals.",
            counted(cities.iter().copied(), "replicates"),
            Bars { title: "city".into(), across: "likeness, 0 to 1".into(), bars, is_marks: false },
        ));
    }
    let tiers = of_level(rows, "tier");
    if !tiers.is_empty() {
        part.table(
            "Means by tier of city and channel of instruments.",
            crossed(&tiers, "Tier"),
        );
    }
}

fn comparisons(name: &str, rows: &Rows, part: &mut Part) {
    if !has(
        rows,
        &["comparison", "side", "response", "mean", "low", "high"],
    ) {
        as_it_is(name, rows, part);
        return;
    }
    for comparison in rows.distinct("comparison") {
        let of: Vec<Row<'_>> = rows
            .iter()
            .filter(|row| row.text("comparison") == comparison)
            .collect();
        let about = of.first().map_or("", |row| row.text("about"));
        part.text(format!("{}: {about}.", words(comparison)));
        let n = counted(of.iter().copied(), "replicates");
        let shown = if name == "disputes" {
            &SIDES[..2]
        } else {
            &SIDES[..]
        };
        for response in shown {
            let sides: Vec<Row<'_>> = of
                .iter()
                .copied()
                .filter(|row| row.text("response") == *response)
                .collect();
            if sides.is_empty() {
                continue;
            }
            let bar = |(place, row): (usize, &Row<'_>)| {
                row.bar(
                    words(row.text("side")),
                    "mean",
                    if place == 0 { 5 } else { 0 },
                )
            };
            part.figure(Figure::new(
                format!("{name}-{comparison}-{response}"),
                format!("{}: {}", words(comparison), words(response).to_lowercase()),
                "Mean of each side with its 95 % interval; the base is dark. All sides have the same luck.",
                &n,
                Bars {
                    title: "side".into(),
                    across: words(response),
                    bars: sides.iter().enumerate().map(bar).collect(),
                    is_marks: false,
                },
            ));
        }
        part.table("All outcomes, means of sides.", sides(&of));
    }
}

/// Responses down, sides across.
fn sides(rows: &[Row<'_>]) -> Data {
    let mut sides: Vec<&str> = Vec::new();
    let mut responses: Vec<&str> = Vec::new();
    for row in rows {
        for (list, text) in [
            (&mut sides, row.text("side")),
            (&mut responses, row.text("response")),
        ] {
            if !list.contains(&text) && list.len() < SHOWN {
                list.push(text);
            }
        }
    }
    let mut data = Data::new(["Outcome"]);
    data.columns.extend(sides.iter().map(|side| words(side)));
    for response in responses {
        let mut cells = vec![words(response)];
        cells.extend(sides.iter().map(|side| {
            let row = rows
                .iter()
                .find(|row| row.text("side") == *side && row.text("response") == response);
            row.map_or(String::new(), |row| row.estimate("mean", "", ""))
        }));
        data.rows.push(cells);
    }
    data
}
