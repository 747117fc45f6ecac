//! The report of a register of claims.

use crate::report::figure::{
    Data,
    bars::{Bar, Bars},
    frame::Across,
    lines::Lines,
    multiples::Multiples,
};
use crate::report::page::{Block, Part};
use crate::report::reproduce::stories;
use crate::report::reproduce::verdicts::{class, colour, meaning, robust};
use crate::report::rows::{Row, Rows, counted, distinct, over_quarters};
use crate::report::words::words;
use crate::table::error::OutputError;
use crate::table::source::Source;

/// Parts of a claim that are told in words.
const PARTS: usize = 4;
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
    let robustness = Rows::found(source, "robustness", &["claim", "points", "holds"])?;
    let mut part = Part {
        title: "The claims of Ma (2024), put to the test".to_string(),
        subtitle: "The claims of Ma (2024), each as an experiment that can fail, in the order of the paper: what it says, what \
                   was run, what came out, and whether it holds.",
        ..Part::default()
    };
    let mut shown = claims.distinct("claim");
    shown.truncate(CLAIMS);
    let shown: Vec<Claim<'_>> = shown.iter().map(|id| Claim::of(id, &claims)).collect();
    overview(&shown, robustness.as_ref(), &mut part);
    part.heading("claims", "Claim by claim");
    for claim in &shown {
        claim.tell(series.as_ref(), robustness.as_ref(), &mut part);
    }
    henan(source, &mut part)?;
    stories::add(source, &mut part)?;
    part.reading = vec![
        "A claim holds when the whole 95 % interval of what was measured lies where the claim expects it; it is contradicted \
         when the whole interval lies on the other side; else it is not shown. Nothing was tuned for any claim.",
        "Treatment and control share their random draws, replicate by replicate, so their difference is what the mechanism in question \
         does. A verdict is about the model with its default parameters; the robustness beside it says in what share of other \
         plausible parameters it stays.",
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

fn overview(claims: &[Claim<'_>], robustness: Option<&Rows>, part: &mut Part) {
    let mut data = Data::new(["Claim", "What the paper says", "Verdict", "Holds elsewhere"]);
    for claim in claims {
        data.rows.push(vec![
            claim.id.to_string(),
            claim.says.to_string(),
            claim.verdict.to_string(),
            robust(claim.id, robustness).unwrap_or_else(|| "–".to_string()),
        ]);
    }
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
    part.table(
        "All claims. Holds elsewhere: share of points of a sample of the uncertain parameters at which the claim holds too.",
        data,
    );
}

impl Claim<'_> {
    fn tell(&self, series: Option<&Rows>, robustness: Option<&Rows>, part: &mut Part) {
        let Claim { id, verdict, .. } = self;
        part.blocks.push(Block::Verdict(
            format!("claim-{id}"),
            format!("{id}. {}", self.says),
            verdict.to_string(),
            class(verdict),
        ));
        if !self.section.is_empty() {
            part.text(format!("Section of the paper: {}.", self.section));
        }
        let run = self
            .parts
            .iter()
            .filter(|row| !row.text("response").is_empty());
        let run: Vec<&Row<'_>> = run.collect();
        let mut experiment: Vec<String> =
            run.iter().take(PARTS).map(|row| experiment(row)).collect();
        if run.len() > PARTS {
            experiment.push(format!("and {} more", run.len() - PARTS));
        }
        if !experiment.is_empty() {
            part.text(format!("Experiment: {}.", experiment.join("; ")));
        }
        if let Some(series) = series {
            pictures(id, series, part);
        }
        let known: Vec<&Row<'_>> = run
            .into_iter()
            .filter(|row| row.number("effect").is_some())
            .collect();
        if !known.is_empty() {
            let bar = |row: &&Row<'_>| Bar {
                note: row.text("verdict").to_string(),
                ..row.bar(
                    words(row.text("response")),
                    "effect",
                    colour(row.text("verdict")),
                )
            };
            let bars = Bars::new(
                "part",
                "estimate, in the unit of the response",
                known.iter().map(bar),
            );
            part.figure(
                format!("estimate-{id}"),
                "What was measured, with its interval",
                "Mark and 95 % interval of each part of the claim, on a common axis. Green holds, orange is contradicted, dark is \
                 neither.",
                counted(self.parts.iter().copied(), "replicates"),
                bars.into_marks(),
            );
            let measured = known
                .iter()
                .map(|row| format!("{}: {}", words(row.text("response")), row.text("reading")));
            let measured: Vec<String> = measured.collect();
            part.text(format!(
                "Measured, with 95 % intervals: {}.",
                measured.join("; ")
            ));
        }
        let mut reading = format!("Reading: {}", meaning(verdict));
        if let Some(share) = robust(id, robustness) {
            reading += &format!(" Robustness: it holds at {share} of the sampled parameters.");
        }
        part.text(reading);
    }
}

/// What a part of a claim runs and expects.
fn experiment(row: &Row<'_>) -> String {
    let sides = match (row.text("treatment"), row.text("control")) {
        ("", "") => String::new(),
        (treatment, "") => format!("{treatment}: "),
        (treatment, control) => format!("{treatment} against {control}: "),
    };
    let expected = match row.text("expectation") {
        "" => String::new(),
        expected => format!(" expected {expected}"),
    };
    format!("{sides}{}{expected}", row.text("response"))
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
    part.heading("henan", "The story of Henan");
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
