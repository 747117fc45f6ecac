//! The report of a register of claims.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    frame::Across,
    lines::Lines,
    multiples::Multiples,
};
use crate::report::page::{self, Block, Part};
use crate::report::reproduce::verdicts::{class, colour, holds_elsewhere, meaning};
use crate::report::reproduce::{diffusion, plain};
use crate::report::rows::{Row, Rows, counted, distinct, over_quarters};
use crate::report::words::{slug, words};
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Parts of a claim whose trajectory is drawn.
const PICTURES: usize = 6;
/// Claims that are shown.
const CLAIMS: usize = 200;

/// Makes it.
pub fn report(source: &Source) -> Result<Part, OutputError> {
    let needed = [
        "claim",
        "says",
        "response",
        "effect",
        "verdict",
        "claim_verdict",
    ];
    let claims = Rows::needed(source, "claims", &needed)?;
    let series = Rows::found(
        source,
        "series",
        &["claim", "part", "response", "arm", "quarter"],
    )?;
    let uncertainty = Rows::found(source, "uncertainty", &["claim", "points", "holds"])?;
    let mut part = Part {
        title: "The claims of Ma (2024), put to the test".to_string(),
        subtitle: "The claims of Ma (2024), each as an experiment that can fail, in the order of the paper: what it says, what \
                   was run, what came out, and whether it holds.",
        ..Part::default()
    };
    let mut shown = claims.distinct("claim");
    shown.truncate(CLAIMS);
    let shown: Vec<Claim<'_>> = shown.iter().map(|id| Claim::of(id, &claims)).collect();
    overview(&shown, uncertainty.as_ref(), &mut part);
    part.heading("claims", "Claim by claim");
    for claim in &shown {
        let Claim {
            id, says, verdict, ..
        } = claim;
        let said = Some((verdict.to_string(), class(verdict)));
        part.fold(claim.link(), format!("{id}. {says}"), said, |part| {
            claim.tell(series.as_ref(), uncertainty.as_ref(), part);
        });
    }
    henan(source, &mut part)?;
    diffusion::add(source, &mut part)?;
    part.reading = vec![
        "A claim holds when the whole 95 % interval of what was measured lies where the claim expects it; it is contradicted \
         when the whole interval lies on the other side; else it is not shown. Nothing was tuned for any claim.",
        "Treatment and control share their random draws, replicate by replicate, so their difference is what the mechanism in question \
         does. A verdict is about the model with its default parameters; at other plausible ones it may be another, which \
         dualtrack reproduce --full looks at.",
        "A claim that holds here is one that follows from the mechanisms the paper describes. That the mechanisms are those of \
         the world is not shown by it.",
    ];
    Ok(part)
}

/// A claim with the rows of its parts.
struct Claim<'a> {
    id: &'a str,
    says: &'a str,
    section: &'a str,
    verdict: &'a str,
    parts: Vec<Row<'a>>,
}

impl<'a> Claim<'a> {
    fn of(id: &'a str, claims: &'a Rows) -> Self {
        let parts = claims.with("claim", id);
        let of_first = |column: &str| parts.first().map_or("", |row| row.text(column));
        Claim {
            id,
            says: of_first("says"),
            section: of_first("section"),
            verdict: of_first("claim_verdict"),
            parts,
        }
    }
}

fn overview(claims: &[Claim<'_>], uncertainty: Option<&Rows>, part: &mut Part) {
    for verdict in ["holds", "contradicted", "not shown", "reported", "open"] {
        let count = claims
            .iter()
            .filter(|claim| claim.verdict == verdict)
            .count();
        if count > 0 {
            part.fact(words(verdict), count);
        }
    }
    part.heading("verdicts", "Verdicts");
    let rows = claims.iter().map(|claim| {
        let judged = claim.parts.iter().filter(|row| is_judged(row));
        let mut parts: Vec<_> = judged.map(told).collect();
        if parts.is_empty() {
            // An open question says why it is not run.
            let reading = claim.parts.first().map_or("", |row| row.text("reading"));
            parts.push(([reading, "", "", ""].map(String::from), ""));
        }
        page::Claim {
            id: claim.id.to_string(),
            link: slug(&claim.link()),
            says: claim.says.to_string(),
            parts,
            verdict: (claim.verdict.to_string(), class(claim.verdict)),
            elsewhere: holds_elsewhere(claim.id, uncertainty).unwrap_or_default(),
        }
    });
    let rows = rows.collect();
    part.blocks.push(Block::Claims(rows, uncertainty.is_some()));
    if uncertainty.is_none() {
        part.text(
            "Where else these claims hold was not asked: dualtrack reproduce --full runs them at a sample of the uncertain \
             parameters too, and adds a column that says at what share of them each holds.",
        );
    }
}

/// Whether a part is expected to be something.
fn is_judged(row: &Row<'_>) -> bool {
    !matches!(row.text("expectation"), "" | "report")
}

/// What a part measures and expects, what came out, and its verdict as a word and as a class.
fn told(row: &Row<'_>) -> ([String; 4], &'static str) {
    let verdict = row.text("verdict");
    let cells = [
        words(row.text("response")),
        plain::expected(row),
        with_unit(row.estimate("effect"), &plain::unit(row.text("response"))),
        verdict.to_string(),
    ];
    (cells, class(verdict))
}

fn with_unit(text: String, unit: &str) -> String {
    match unit {
        "" | "1" => text,
        unit => format!("{text} {unit}"),
    }
}

impl Claim<'_> {
    fn link(&self) -> String {
        format!("claim-{}", self.id)
    }

    fn tell(&self, series: Option<&Rows>, uncertainty: Option<&Rows>, part: &mut Part) {
        let Claim { id, verdict, .. } = self;
        if !self.section.is_empty() {
            part.text(format!("Section of the paper: {}.", self.section));
        }
        let run = self.parts.iter();
        let run: Vec<&Row<'_>> = run.filter(|row| !row.text("response").is_empty()).collect();
        for (worlds, code) in plain::worlds(&run) {
            part.text(worlds);
            part.blocks.push(Block::Code(code));
        }
        let mut reading = meaning(verdict).to_string();
        if let Some(share) = holds_elsewhere(id, uncertainty) {
            reading += &format!(" Elsewhere: it holds at {share} of the sampled parameters.");
        }
        part.text(reading);
        if !run.is_empty() {
            let mut data = Data::new([
                "Measured",
                "Treatment",
                "Control",
                "Effect [95 %]",
                "Expected",
                "Verdict",
            ]);
            for row in &run {
                let ([measured, expected, effect, verdict], _) = told(row);
                let [treatment, control] =
                    ["treatment_mean", "control_mean"].map(|mean| row.short(mean));
                data.rows.push(vec![
                    measured, treatment, control, effect, expected, verdict,
                ]);
            }
            part.table(
                "What was measured in each world, and the mean difference with its interval.",
                data,
            );
        }
        if let Some(series) = series {
            pictures(id, series, part);
        }
        // Numbers of different units have no axis in common.
        let known = || run.iter().filter(|row| row.number("effect").is_some());
        let units: Vec<String> = known()
            .map(|row| plain::unit(row.text("response")))
            .collect();
        for unit in distinct(units.iter().map(String::as_str)) {
            let of = known().zip(&units).filter(|(_, own)| *own == unit);
            let bars = of.map(|(row, _)| Bar {
                note: row.text("verdict").to_string(),
                ..row.bar(
                    words(row.text("response")),
                    "effect",
                    colour(row.text("verdict")),
                )
            });
            let across = if unit == "1" { "estimate" } else { unit };
            part.figure(
                format!("estimate-{id}"),
                if unit == "1" { "What was measured, with its interval".to_string() } else { format!("What was measured, in {unit}") },
                "Mark and 95 % interval of each part of the claim. Green holds, orange is contradicted, dark is neither.",
                counted(self.parts.iter().copied(), "replicates"),
                Bars::new("part", across, bars).into_marks(),
            );
        }
    }
}

/// Rows of treatment and control, without those of their difference.
fn arms<'a>(rows: &[Row<'a>]) -> Vec<Row<'a>> {
    let arms = rows.iter().filter(|row| row.text("arm") != "difference");
    arms.copied().collect()
}

fn pictures(id: &str, series: &Rows, part: &mut Part) {
    let of = series.with("claim", id);
    for number in distinct(of.iter().map(|row| row.text("part")))
        .into_iter()
        .take(PICTURES)
    {
        let rows: Vec<Row<'_>> = of
            .iter()
            .copied()
            .filter(|row| row.text("part") == number)
            .collect();
        let (quarters, lines) = over_quarters(&arms(&rows), "arm", "mean");
        // The series shows all quarters, whatever the claim is measured over.
        let response = rows.first().map_or("", |row| row.text("response"));
        let name = words(response.split('@').next().unwrap_or(response));
        part.figure(
            format!("series-{id}-{number}"),
            format!("{name} over time"),
            "Mean over replicates in each arm of the experiment, with its 95 % interval; flows are those of the quarter. Both \
             arms have the same random draws, so where the lines part, the mechanism in question acts.",
            counted(rows.into_iter(), "replicates"),
            Lines::new(Across::Quarters(quarters), name, lines),
        );
    }
}

fn henan(source: &Source, part: &mut Part) -> Result<(), OutputError> {
    let needed = ["city_id", "measure", "arm", "quarter", "mean"];
    let Some(rows) = Rows::found(source, "henan", &needed)?.filter(|rows| !rows.is_empty()) else {
        return Ok(());
    };
    part.heading("henan", "Henan");
    part.text(
        "The paper expects that Henan, which has no leading firms, loses to the costs of bringing in outside firms what it gains \
         from foundation models, in contrast to Shenzhen or Hangzhou. Below is each city's programme as it came about \
         (treatment), and as it would have been had this city alone been closed to it from 2023 on (control); Zhengzhou stands \
         for Henan.",
    );
    for city in rows.distinct("city_id").into_iter().take(4) {
        let of_city = rows.with("city_id", city);
        let measures = rows.distinct("measure").into_iter().take(12);
        let panels = measures.map(|measure| {
            let of = of_city
                .iter()
                .copied()
                .filter(|row| row.text("measure") == measure);
            let (quarters, lines) = over_quarters(&arms(&of.collect::<Vec<_>>()), "arm", "mean");
            (
                words(measure),
                Lines::new(Across::Quarters(quarters), "", lines),
            )
        });
        let panels = panels.filter(|(_, lines)| !lines.lines.is_empty());
        let panels: Vec<(String, Lines)> = panels.collect();
        if panels.is_empty() {
            continue;
        }
        part.figure(
            format!("henan-{city}"),
            format!("{}'s programme in foundation models", words(city)),
            "One small chart for each measure, with its own scale, money in CNY mn of the quarter: treatment is with the \
             programme, control without. Bands are 95 % intervals.",
            counted(rows.iter(), "replicates"),
            Multiples { panels, is_shared: false },
        );
    }
    Ok(())
}
