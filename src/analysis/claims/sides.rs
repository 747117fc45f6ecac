//! Tables of comparisons, and of what the base tells.

use crate::analysis::claims::runs::Runs;
use crate::analysis::claims::stories::Story;
use crate::analysis::claims::study::Study;
use crate::analysis::claims::tables::{estimate_cells, estimate_columns, text};
use crate::input::claims::label;
use crate::stats::estimate::Estimate;
use crate::stats::rounding::differences;
use crate::stats::running::Running;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

/// `regimes.csv` and `disputes.csv`.
pub fn comparisons(study: &Study, runs: &Runs) -> Vec<Sheet> {
    let number = |name: &'static str, meaning: &'static str| {
        ColumnInfo::new(name, Kind::Number, "unit of the response", meaning)
            .missing("too few replicates have it")
    };
    let mut sheets: Vec<Sheet> = Vec::new();
    for sides in &study.sides {
        let comparison = &study.register.comparisons[sides.comparison];
        let place = sheets
            .iter()
            .position(|sheet| sheet.info.file == comparison.table);
        let place = place.unwrap_or_else(|| {
            let columns = vec![
                text("comparison", "short name of the comparison"),
                text("about", "what is asked"),
                text("side", "name of the side; `base` is what the others are held against"),
                text("arm", "what the side lays over the base"),
                text("response", "what is measured, in the last quarter or over the run"),
                ColumnInfo::new("n", Kind::Integer, "1", "pairs of replicates that have it"),
                number("mean", "mean of the side"),
                number("low", "lower end of its 95 % interval, Student's t"),
                number("high", "upper end of its 95 % interval, Student's t"),
                number("difference", "mean difference to the base on the same luck"),
                number("difference_low", "lower end of its 95 % interval"),
                number("difference_high", "upper end of its 95 % interval"),
                ColumnInfo::new("ratio", Kind::Number, "1", "mean of the side over that of the base; for competitiveness of the coordinated side, the price of competition").missing("the mean of the base is 0"),
            ];
            sheets.push(Sheet::new(FileInfo::new(
                comparison.table,
                "an outcome of a side, held against the base",
                &["comparison", "side", "response"],
                columns,
            )));
            sheets.len() - 1
        });
        for (side, readings) in sides.readings.iter().enumerate() {
            let name = match side {
                0 => ("base".to_string(), "base".to_string()),
                _ => {
                    let (name, variant) = &comparison.sides[side - 1];
                    (name.clone(), label(variant))
                }
            };
            for (at, response) in comparison.responses.iter().enumerate() {
                let pairs = runs.replicates().filter_map(|replicate| {
                    let own = runs.value(replicate, readings[at])?;
                    Some((own, runs.value(replicate, sides.readings[0][at])?))
                });
                let (own, base): (Vec<f64>, Vec<f64>) = pairs.unzip();
                let differences = differences(&own, &base);
                let (mean, difference) = (Estimate::of(&own), Estimate::of(&differences));
                let ends = |estimate: Option<Estimate>| {
                    let ends = estimate.and_then(|estimate| estimate.interval());
                    [ends.map(|ends| ends.0), ends.map(|ends| ends.1)]
                };
                let [low, high] = ends(mean);
                let [difference_low, difference_high] = ends(difference);
                let of_base = Estimate::of(&base)
                    .map(|base| base.mean)
                    .filter(|mean| *mean != 0.0);
                sheets[place].rows.push(vec![
                    comparison.name.as_str().into(),
                    comparison.about.as_str().into(),
                    name.0.as_str().into(),
                    name.1.as_str().into(),
                    response.text.as_str().into(),
                    own.len().into(),
                    mean.map(|mean| mean.mean).into(),
                    low.into(),
                    high.into(),
                    difference.map(|difference| difference.mean).into(),
                    difference_low.into(),
                    difference_high.into(),
                    mean.zip(of_base)
                        .map(|(mean, base)| mean.mean / base)
                        .into(),
                ]);
            }
        }
    }
    sheets
}

/// `figure1.csv`, `table1.csv` and `portfolios.csv`.
pub fn stories(study: &Study, story: &Story, runs: &Runs) -> Vec<Sheet> {
    let running = |place: usize| -> Running {
        let replicates = runs.replicates();
        replicates
            .filter_map(|replicate| runs.story(replicate, place))
            .collect()
    };
    let mut sheets = Vec::new();
    for (file, row) in [
        (
            "figure1",
            "a measure of the life of instruments over the base run: of the nation, an instrument, or a city",
        ),
        (
            "portfolios",
            "how far a city's portfolio is that of the paper's Table 1 (Jaccard index), or the share of a channel in what a tier spends on instruments, at the end of the run",
        ),
    ] {
        let mut columns = vec![
            text("level", "what it is about"),
            text("id", "which of them").missing("it is about the nation"),
            text("measure", "what is measured"),
            text("unit", "its unit, `1` for a pure number"),
        ];
        columns.extend(estimate_columns());
        let mut sheet = Sheet::new(FileInfo::new(
            file,
            row,
            &["level", "id", "measure"],
            columns,
        ));
        for (place, measure) in story.measures.iter().enumerate() {
            if measure.table != file {
                continue;
            }
            let id = Some(measure.id.clone()).filter(|id| !id.is_empty());
            let mut row: Vec<Cell> = vec![
                measure.level.into(),
                id.map_or(Cell::Missing, Cell::Text),
                measure.name.as_str().into(),
                measure.unit.into(),
            ];
            row.extend(estimate_cells(&running(place)));
            sheet.rows.push(row);
        }
        sheets.push(sheet);
    }
    let Some(arm) = study.base_arm else {
        return sheets;
    };
    let world = study.runs.arms[arm].world();
    let mut columns = vec![
        text(
            "city_id",
            "short name of the city, in the order of the paper's table",
        ),
        text("instrument_id", "short name of the instrument"),
        ColumnInfo {
            names: crate::model::data::Channel::NAMES,
            ..text("channel", "channel of the instrument")
        },
        ColumnInfo::new(
            "in_the_paper",
            Kind::Boolean,
            "",
            "whether the paper's Table 1 names it for the city",
        ),
    ];
    columns.extend(estimate_columns());
    let mut sheet = Sheet::new(FileInfo::new(
        "table1",
        "an instrument of a city of the paper's Table 1, with the share of replicates in which it is in force at the end of the run",
        &["city_id", "instrument_id"],
        columns,
    ));
    let mut places = story
        .measures
        .iter()
        .enumerate()
        .filter(|(_, own)| own.table == "table1");
    for (city, paper) in &story.coded {
        for (m, instrument) in world.instruments.iter().enumerate() {
            let Some((place, _)) = places.next() else {
                break;
            };
            let mut row: Vec<Cell> = vec![
                world.cities[*city].id.as_str().into(),
                instrument.id.as_str().into(),
                instrument.channel.name().into(),
                (paper >> m & 1 == 1).into(),
            ];
            row.extend(estimate_cells(&running(place)));
            sheet.rows.push(row);
        }
    }
    sheets.push(sheet);
    sheets
}
