//! One entry adds an outcome: it is then seen wherever outcomes are, and no other file names the outcomes there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use dualtrack::explore::laboratory::Laboratory;
use dualtrack::explore::requests::{RunRequest, Side};
use dualtrack::kernel::control::Control;
use dualtrack::measure::markdown::outputs_markdown;
use dualtrack::measure::outcome::{Outcome, shown};
use dualtrack::measure::outcomes::{Registry, Scope};
use dualtrack::measure::seen::{AllocationSeen, CitySeen, NationSeen, SectorSeen};
use dualtrack::model::run::Run;

/// Folder in which the program with more outcomes works.
const FOLDER: &str = "OUTCOMES_FOLDER";

/// All over cities.
fn over_cities(run: &Run<'_>, of: impl Fn(usize) -> f64) -> f64 {
    (0..run.world().cities.len()).map(of).sum()
}

/// The entries: a level and a flow.
fn entries() -> [Outcome<NationSeen>; 2] {
    [
        Outcome::real("Mean score", "s.d.", "mean score of cities", |run, _| {
            over_cities(run, |city| run.score(city)) / run.world().cities.len() as f64
        })
        .named("mean_score")
        .on(shown::TERMINAL
            | shown::CHART
            | shown::REPORT
            | shown::EXPLORER
            | shown::USUAL),
        Outcome::real(
            "The rest",
            "CNY mn",
            "what budgets leave to the rest",
            |run, _| over_cities(run, |city| run.share(city, 0) * run.budget(city)),
        )
        .named("rest_cny_mn")
        .flow()
        .of("budget_cny_mn")
        .on(shown::TERMINAL | shown::TOTAL),
    ]
}

/// What the program does with two outcomes more.
fn run_with_two_outcomes_more(folder: &Path) {
    let [level, flow] = entries();
    Registry::shipped()
        .with(level)
        .with(flow)
        .install()
        .expect("in time");
    assert!(Registry::shipped().install().is_err());
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    let (scenario, result) = (scenario.display().to_string(), folder.join("result"));
    let result = result.display().to_string();
    let short = "run.quarters=6";
    for line in [
        vec![
            "run",
            &scenario,
            "--set",
            short,
            "--replicates",
            "2",
            "--out",
            &result,
        ],
        vec!["report", &result],
        vec![
            "eval",
            &scenario,
            "--set",
            short,
            "--response",
            "mean_score@all,rest_share,rest_cny_mn",
        ],
    ] {
        let line = std::iter::once("dualtrack").chain(line);
        let code = dualtrack::cli::Command::parse_from(line).execute();
        assert_eq!(code, std::process::ExitCode::SUCCESS);
    }
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("written");
    write("outputs.md", outputs_markdown());
    let laboratory = Laboratory::new(None).expect("scenarios");
    let model = laboratory.model();
    write("model.json", serde_json::to_string(&model).expect("JSON"));
    let request = RunRequest {
        base: Side {
            scenario: model.start.clone(),
            ..Side::default()
        },
        variant: None,
        seed: 1,
        replicates: 1,
    };
    let mut last = String::new();
    let told = laboratory.run(&request, &Control::default(), |snapshot| {
        last = serde_json::to_string(snapshot).expect("JSON");
        true
    });
    told.expect("a run");
    write("run.json", last);
}

#[test]
fn an_entry_is_seen_wherever_outcomes_are() {
    // There is one registry to a process: the test calls itself in another one, which has the outcomes.
    if let Ok(folder) = std::env::var(FOLDER) {
        return run_with_two_outcomes_more(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own)
        .args([
            "--exact",
            "outcomes::an_entry_is_seen_wherever_outcomes_are",
        ])
        .args(["--nocapture", "--test-threads", "1"])
        .env(FOLDER, folder.path())
        .output()
        .expect("this program");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let read = |name: &str| {
        let path = folder.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let json =
        |name: &str| -> serde_json::Value { serde_json::from_str(&read(name)).expect("JSON") };

    // Traces: the last two columns, with numbers.
    let trace = read("result/national.csv");
    let header = trace.lines().next().expect("a header");
    assert!(header.ends_with(",mean_score,rest_cny_mn"), "{header}");
    let rest = |line: &str| -> f64 {
        line.rsplit(',')
            .next()
            .expect("a cell")
            .parse()
            .expect("a number")
    };
    assert!(trace.lines().skip(1).all(|line| rest(line) > 0.0));

    // Their description, for programs and people.
    let fields = &json("result/datapackage.json")["resources"][0]["schema"]["fields"];
    let field = |name: &str| {
        let mut all = fields.as_array().expect("fields").iter();
        all.find(|field| field["name"] == name)
            .expect("a field")
            .clone()
    };
    assert_eq!(field("mean_score")["description"], "Mean score of cities.");
    assert_eq!(field("rest_cny_mn")["unit"], "CNY mn");
    assert!(
        read("outputs.md")
            .contains("| `mean_score` | number | s.d. | Mean score of cities. | never |")
    );

    // Responses: the flow is summed, and its share has a name.
    let answer = said
        .lines()
        .find(|line| line.contains("rest_share"))
        .expect("an answer");
    let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
    let text = answer.to_string();
    assert!(
        text.contains("mean_score_all") && text.contains("rest_cny_mn"),
        "{text}"
    );

    // The terminal: a line of each table, and a chart.
    let is_line = |start: &str| said.lines().any(|line| line.starts_with(start));
    assert!(
        is_line("Mean score ") && is_line("The rest ") && is_line("Mean score: mean"),
        "{said}"
    );

    // The report.
    let page = read("result.html");
    assert!(page.contains("Mean score"));

    // The explorer: what there is, and what a run gives.
    let model = json("model.json");
    let listed = |list: &str, name: &str| {
        let mut all = model[list].as_array().expect("a list").iter();
        all.find(|own| own["name"] == name).cloned()
    };
    let level = listed("responses", "mean_score").expect("a series");
    assert_eq!(
        (&level["title"], &level["is_usual"]),
        (&"Mean score".into(), &true.into())
    );
    assert_eq!(
        listed("totals", "rest_cny_mn").expect("a total")["unit"],
        "CNY bn"
    );
    let run = json("run.json");
    assert!(run["base"]["series"]["mean_score"]["mean"][0].is_number());
    assert!(
        run["base"]["totals"]["rest_cny_mn"]["mean"]
            .as_f64()
            .expect("a number")
            > 0.0
    );
}

/// Files that may hold a name of an outcome, and why: it is the word of something else there.
const OTHERWISE: &[(&str, &[&str])] = &[
    // Space between things on a page.
    ("cli/chart.rs", &["gap"]),
    ("cli/reproduce.rs", &["gap"]),
    ("cli/tables.rs", &["gap"]),
    ("explore/page/plot.js", &["gap"]),
    ("report/figure/scale.rs", &["gap"]),
    // The trace file and the events of this name.
    ("explore/page/index.html", &["champions", "sovereignty"]),
    (
        "explore/trace.rs",
        &["champions", "imitated", "pioneered", "taken_up"],
    ),
    (
        "explore/page/reasons.js",
        &["imitated", "pioneered", "taken_up"],
    ),
    ("measure/recorder.rs", &["champions"]),
    (
        "measure/response/derived.rs",
        &["champions", "liberalisation"],
    ),
    ("measure/response/watch.rs", &["champions"]),
    ("measure/tables.rs", &["champions"]),
    ("measure/trace_settings.rs", &["champions"]),
    ("measure/traces.rs", &["champions"]),
    // Tracks of dated events.
    (
        "report/run/context.rs",
        &["eu_pressure", "export_controls", "us_pressure"],
    ),
    // What a city saw when it chose.
    ("explore/answers.rs", &["budget_cny_mn"]),
    ("explore/choice.rs", &["budget_cny_mn", "utilisation"]),
    ("explore/page/reasons.js", &["budget_cny_mn"]),
    // Columns of figure 1 of the paper, counted city by city.
    (
        "analysis/claims/diffusion.rs",
        &[
            "given_up",
            "imitated",
            "local_origin_share",
            "pioneered",
            "taken_up",
        ],
    ),
    // The title of the paper.
    ("report/templates/page.html", &["sovereignty"]),
    // An example in a message.
    ("measure/response/quantity.rs", &["competitiveness"]),
];

/// The code of a file: without comments, tests and texts, but for texts that are one word.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("text");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut plain = String::new();
    for (place, part) in text.split("r#\"").enumerate() {
        let rest = part.split_once("\"#").map_or("", |(_, rest)| rest);
        plain.push_str(if place == 0 { part } else { rest });
    }
    let plain = plain
        .replace("\\\\", "")
        .replace("\\\"", "")
        .replace("'\"'", "");
    let (mut code, mut rest) = (String::new(), plain.as_str());
    while let Some(at) = rest.find(['"', '/']) {
        code.push_str(&rest[..at]);
        let (end, is_comment) = match &rest[at..] {
            text if text.starts_with("//") => ("\n", true),
            text if text.starts_with('"') => ("\"", false),
            _ => ("", true),
        };
        let (inside, after) = rest[at + 1..].split_once(end).unwrap_or_default();
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if !is_comment && inside.chars().all(is_word) {
            code.push_str(inside);
        }
        code.push(' ');
        rest = after;
    }
    code.push_str(rest);
    // Code that singles an outcome out by its constant does not compile with a name that is none.
    for ids in ["national", "city", "sector", "allocation"] {
        code = code.replace(&format!("{ids}::"), "ids::");
    }
    code
}

fn words(code: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.:".contains(letter);
    let words = code.split(|letter| !is_part(letter));
    let words = words.filter(|word| !word.contains("ids::"));
    words.flat_map(|word| word.split(['.', ':'])).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path
            .extension()
            .is_some_and(|end| ["rs", "js", "html"].iter().any(|own| end == *own))
        {
            found.push(path);
        }
    }
}

#[test]
fn one_file_names_the_outcomes() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names: Vec<&str> = NationSeen::outcomes()
        .iter()
        .map(|own| own.column.name)
        .collect();
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut found = Vec::new();
    for path in files {
        let file = path.strip_prefix(&src).expect("inside");
        let file = file.to_string_lossy().replace('\\', "/");
        // The model computes what outcomes are read from, in its own words; `vendor` is not ours.
        let is_left_out = ["model/", "kernel/", "explore/page/vendor/"];
        let is_test = file.ends_with("tests.rs");
        if is_test
            || file == "measure/outcomes.rs"
            || is_left_out.iter().any(|start| file.starts_with(start))
        {
            continue;
        }
        let code = code(&path);
        let words = words(&code);
        let may = |name: &str| {
            OTHERWISE
                .iter()
                .any(|(own, names)| *own == file && names.contains(&name))
        };
        found.extend(
            names
                .iter()
                .filter(|name| words.contains(*name) && !may(name))
                .map(|name| format!("src/{file}: {name}")),
        );
    }
    assert!(
        found.is_empty(),
        "these name an outcome that src/measure/outcomes.rs alone should name; single it out with `ids::`:\n{}",
        found.join("\n")
    );
}

#[test]
fn entries_hang_together() {
    fn check<S: Scope>() {
        let readings = S::readings();
        for outcome in S::outcomes() {
            let name = outcome.column.name;
            assert!(
                outcome
                    .label
                    .starts_with(|first: char| first.is_ascii_uppercase()),
                "{name}"
            );
            let own = readings.iter().find(|own| own.name == name);
            if let Some(whole) = outcome.share_of {
                let whole =
                    own.and_then(|own| own.whole.as_ref()).map(|found| found.0) == Some(whole);
                assert!(whole, "{name} is a share of what its table does not have");
            }
            assert_eq!(own.is_some(), outcome.column.is_number(), "{name}");
        }
        let names: BTreeSet<&str> = readings.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names.len(), readings.len());
    }
    check::<NationSeen>();
    check::<CitySeen>();
    check::<SectorSeen>();
    check::<AllocationSeen>();
    // Units that a label tells are not written beside it.
    let sign = |name: &str| {
        let mut all = NationSeen::readings().iter();
        all.find(|own| own.name == name).map(|own| own.sign())
    };
    assert_eq!(sign("national_measures"), Some(""));
    assert_eq!(sign("instruments_in_force"), Some(""));
    assert_eq!(sign("pioneered"), Some(""));
    assert_eq!(sign("researchers"), Some("FTE"));
    assert_eq!(sign("spending_cny_mn"), Some("CNY mn"));
}
