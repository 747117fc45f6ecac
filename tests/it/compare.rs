//! `dualtrack compare` as it is called: same random draws, same bytes, and honest words about what is shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn base() -> String {
    scenarios()
        .join("china-2015-2024.toml")
        .display()
        .to_string()
}

/// The command in a folder, with more arguments.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command.arg("compare").args(arguments);
    command
}

fn compare(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("a program")
}

/// An experiment over the shipped scenario with more lines.
fn experiment(folder: &Path, text: &str) -> String {
    let path = folder.join("experiment.toml");
    let head = format!(
        "scenario = '{}'\nresponses = [\"competitiveness\", \"spending_cny_mn\"]\n",
        base()
    );
    fs::write(&path, head + text).expect("written");
    path.display().to_string()
}

const TWO: &str = "
[treatments.none]
set = { mechanisms.tournament = false }
[treatments.same]
set = { tournament.intensity = 1.0 }
";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

/// Every file of a result but the manifest.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = names(folder)
        .into_iter()
        .filter(|name| name != "manifest.json");
    names
        .map(|name| {
            let bytes = fs::read(folder.join(&name)).expect("a file");
            (name, bytes)
        })
        .collect()
}

/// Rows of a table by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let head = reader.headers().expect("a head").clone();
    reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            head.iter()
                .zip(record.iter())
                .map(|(name, cell)| (name.to_string(), cell.to_string()))
                .collect()
        })
        .collect()
}

fn manifest(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
    serde_json::from_str(&text).expect("JSON")
}

/// Refused as bad input, with a message, and nothing is left.
fn refused(arguments: &[&str], message: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = compare(folder.path(), arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(message), "{message} in\n{said}");
    assert!(names(folder.path()).is_empty(), "nothing is left");
}

#[test]
fn results_are_the_same_bytes_at_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let experiment = experiment(folder.path(), TWO);
    for more in [vec![], vec!["--over", "5"]] {
        let mut results = Vec::new();
        for threads in ["1", "2", "8"] {
            let out = format!("out-{}-{threads}", more.len());
            let mut arguments = vec![experiment.as_str(), "--out", &out, "--threads", threads];
            arguments.extend(["--replicates", "7", "--set", "run.quarters=8"]);
            arguments.extend(&more);
            let output = compare(folder.path(), &arguments);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            results.push(files(&folder.path().join(&out)));
        }
        assert!(results[0].len() > 3);
        assert!(results[0] == results[1] && results[1] == results[2]);
    }
}

#[test]
fn a_treatment_equal_to_the_base_has_differences_of_exactly_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let experiment = experiment(folder.path(), TWO);
    let arguments = [&experiment, "--replicates", "5", "--set", "run.quarters=8"];
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let result = folder.path().join("output/experiment");
    let mut seen = 0;
    for row in rows(&result.join("effects.csv")) {
        assert_eq!(row["n"], "5");
        if row["treatment"] == "same" {
            assert_eq!(
                (row["difference"].as_str(), row["sd"].as_str()),
                ("0.0", "0.0")
            );
            assert_eq!(row["verdict"], "not shown");
            seen += 1;
        } else {
            assert_eq!(row["verdict"], "lower", "{row:?}");
        }
    }
    assert_eq!(seen, 2);
    // Base and treatment ran on their own, with the same random draws.
    let runs = rows(&result.join("runs.csv"));
    assert_eq!(runs.len(), 15);
    assert_eq!(runs[0]["competitiveness"], runs[2]["competitiveness"]);
    let described = manifest(&result);
    assert_eq!(described["command"], "compare");
    assert_eq!(described["replicates"], 5);
    assert_eq!(described["experiment"]["treatments"][0]["name"], "none");
    // Every file that is named is there, and described.
    let package = fs::read_to_string(result.join("datapackage.json")).expect("a description");
    for name in ["effects.csv", "effects_over_time.csv", "runs.csv"] {
        assert!(
            result.join(name).is_file() && package.contains(name),
            "{name}"
        );
    }
}

#[test]
fn before_its_date_a_treatment_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = folder.path().join("late.toml");
    let lines = format!(
        "extends = '{}'\n[[changes]]\nfrom = \"2020Q1\"\nset = {{ mechanisms.tournament = false }}\n",
        base()
    );
    fs::write(&policy, lines).expect("written");
    let policy = policy.display().to_string();
    let output = compare(
        folder.path(),
        &[
            &base(),
            &policy,
            "--replicates",
            "3",
            "--set",
            "run.quarters=28",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let result = folder.path().join("output/china-2015-2024-with-late");
    let mut after = 0;
    for row in rows(&result.join("effects_over_time.csv")) {
        assert_eq!(row["treatment"], "late");
        let numbers = ["difference", "low", "high", "cumulative", "cumulative_high"];
        if row["quarter"].as_str() < "2020Q1" && row["n"] == "3" {
            for column in numbers {
                assert_eq!(row[column], "0.0", "{column} in {row:?}");
            }
        } else if row["response"] == "spending_cny_mn" {
            assert!(row["difference"] != "0.0", "{row:?}");
            after += 1;
        }
    }
    assert_eq!(after, 8);
}

#[test]
fn replicates_are_added_until_intervals_are_narrow_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let experiment = experiment(folder.path(), TWO);
    let run = |out: &str, width: &str, more: &[&str]| {
        let mut arguments = vec![
            experiment.as_str(),
            "--out",
            out,
            "--until-halfwidth",
            width,
        ];
        arguments.extend(["--set", "run.quarters=8"]);
        arguments.extend(more);
        let output = compare(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let words: Vec<String> = text(&output.stdout)
            .split_whitespace()
            .map(str::to_string)
            .collect();
        (words.join(" "), manifest(&folder.path().join(out)))
    };
    let (said, described) = run("wide", "0.1", &[]);
    assert!(said.contains("were reached with 20 replicates"), "{said}");
    assert_eq!(described["replicates"], 20);
    assert_eq!(described["experiment"]["stopping"]["reached"], true);
    let (said, described) = run(
        "narrow",
        "spending_cny_mn=1e-9",
        &["--max-replicates", "31"],
    );
    assert!(
        said.contains("were not reached with the most of 31"),
        "{said}"
    );
    assert_eq!(described["experiment"]["stopping"]["reached"], false);
    for row in rows(&folder.path().join("narrow/effects.csv")) {
        assert_eq!(row["n"], "31");
        let expected = match (row["response"].as_str(), row["treatment"].as_str()) {
            ("spending_cny_mn", "none") => "false",
            ("spending_cny_mn", _) => "true",
            _ => "",
        };
        assert_eq!(row["target_reached"], expected);
    }
    // Replicates that are added change none that were there.
    let first = |out: &str| -> Vec<_> {
        rows(&folder.path().join(out).join("runs.csv"))
            .into_iter()
            .take(60)
            .collect()
    };
    assert_eq!(first("wide"), first("narrow"));
}

#[test]
fn design_points_tell_where_a_treatment_does_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = format!(
        "{TWO}[objectives]\ncompetitiveness = \"max\"\n[design]\nkind = \"sobol\"\npoints = 12\n[[factors]]\n\
         key = \"tournament.comparability\"\nrange = [0, 1]\n[[factors]]\nkey = \"budgets.precision\"\nrange = [1, 3]\n"
    );
    let experiment = experiment(folder.path(), &lines);
    let arguments = [&experiment, "--replicates", "3", "--set", "run.quarters=8"];
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("12 design points of 2"), "{said}");
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );
    let result = folder.path().join("output/experiment");
    for row in rows(&result.join("uncertainty.csv")) {
        assert_eq!(row["points"], "12");
        match row["treatment"].as_str() {
            "same" => assert_eq!((&*row["difference"], &*row["not_shown"]), ("0.0", "1.0")),
            _ => assert_eq!(row["mean_higher"], "0.0", "{row:?}"),
        }
    }
    let wins = rows(&result.join("wins.csv"));
    let base = wins
        .iter()
        .find(|row| row["treatment"] == "base")
        .expect("the base");
    assert_eq!(
        (base["objective"].as_str(), base["best"].as_str()),
        ("max", "1.0")
    );
    assert_eq!(rows(&result.join("points.csv")).len(), 12 * 2 * 2);
    assert_eq!(rows(&result.join("runs.csv")).len(), 12 * 3 * 3);
    let drivers = rows(&result.join("drivers.csv"));
    assert!(
        drivers
            .iter()
            .any(|row| row["factor"] == "budgets.precision")
    );
    assert!(!rows(&result.join("scenario_discovery.csv")).is_empty());
}

#[test]
fn a_policy_whose_run_fails_has_rows_that_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = folder.path().join("boundless.toml");
    let lines = format!(
        "extends = '{}'\n[outside]\nfrontier_growth_scale = 3.0\n[overrides.sectors.ai_chips]\n\
         frontier_growth_per_quarter = 1.0\n",
        base()
    );
    fs::write(&policy, lines).expect("written");
    let policy = policy.display().to_string();
    let mut arguments = vec![
        policy.as_str(),
        "--replicates",
        "1",
        "--set",
        "run.quarters=600",
    ];
    let base = base();
    arguments.insert(0, &base);
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("1 run failed;"),
        "{}",
        text(&output.stdout)
    );
    let result = folder.path().join("output/china-2015-2024-with-boundless");
    let runs = rows(&result.join("runs.csv"));
    assert_eq!(runs[0]["error"], "");
    assert!(runs[1]["error"].contains("the run stops"), "{:?}", runs[1]);
    assert_eq!(rows(&result.join("effects.csv"))[0]["n"], "0");
}

#[test]
fn what_cannot_be_compared_is_refused_and_nothing_is_written() {
    let base = base();
    refused(&[&base], "there is nothing to compare the base with");
    refused(&[&base, "no-such-policy.toml"], "no-such-policy.toml");
    let silos = scenarios().join("us-silos.toml").display().to_string();
    refused(
        &[&base, &silos, &silos],
        "two policies are named `us-silos`",
    );
    refused(
        &[&base, &silos, "--response", "competitivness"],
        "nearest valid name: `competitiveness`",
    );
    refused(
        &[&base, &silos, "--set", "tournament.intensty=1"],
        "nearest valid name: `tournament.intensity`",
    );
    refused(
        &[&base, &silos, "--until-halfwidth", "competitivness=1"],
        "nearest valid name: `competitiveness`",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = "[treatments.wrong]\nset = { tournament.intensty = 1 }\n";
    let experiment = experiment(folder.path(), wrong);
    refused(&[&experiment], "experiment.toml:4:");
    refused(&[&experiment], "nearest valid name: `tournament.intensity`");
}

#[test]
fn a_taken_folder_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let experiment = experiment(folder.path(), TWO);
    let arguments = [
        &experiment,
        "--replicates",
        "2",
        "--set",
        "run.quarters=4",
        "--quiet",
    ];
    let run = |more: &[&str]| compare(folder.path(), &[&arguments, more].concat());
    assert_eq!(run(&[]).status.code(), Some(0));
    let result = folder.path().join("output/experiment");
    let before = files(&result);
    let again = run(&["--seed", "2"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("add `--force` to replace it"));
    assert!(files(&result) == before);
    assert_eq!(names(&folder.path().join("output")), ["experiment"]);
    let forced = run(&["--seed", "2", "--force"]);
    assert_eq!(forced.status.code(), Some(0), "{}", text(&forced.stderr));
    assert!(forced.stdout.is_empty());
    assert!(files(&result) != before);
}

/// Batches that follow from each other, and design points.
#[test]
fn a_comparison_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let experiment = experiment(folder.path(), TWO);
    let short = "--set=run.quarters=8";
    let widths = ["--until-halfwidth", "1e-9", "--max-replicates", "120"];
    let points = ["--over", "40", "--replicates", "3"];
    for (kind, own) in [("widths", widths.as_slice()), ("points", points.as_slice())] {
        let ends = |code: i32, out: &str, more: &[&str]| {
            let common = [experiment.as_str(), short, "--quiet", "--out", out];
            let output = compare(folder.path(), &[&common, own, more].concat());
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{said}");
            said
        };
        let whole = format!("{kind}-whole");
        ends(0, &whole, &["--threads", "1"]);
        let mut was_unfinished = 0;
        for milliseconds in [60u64, 200, 500, 1200] {
            let out = format!("{kind}-{milliseconds}");
            let common = [experiment.as_str(), short, "--quiet", "--out", &out];
            let one = ["--threads", "1"];
            let all = [common.as_slice(), own, one.as_slice()].concat();
            let mut child = command(folder.path(), &all).spawn().expect("a program");
            thread::sleep(Duration::from_millis(milliseconds));
            child.kill().expect("killed");
            child.wait().expect("ended");
            if path(&out).exists() {
                continue;
            }
            if path(&format!("{out}.partial/study.json")).exists() {
                was_unfinished += 1;
                let said = ends(2, &out, &[]);
                assert!(said.contains("study; add `--resume` to go on"), "{said}");
                let said = ends(2, &out, &["--resume", "--seed", "9"]);
                assert!(said.contains("of other settings"), "{said}");
            }
            ends(0, &out, &["--resume", "--threads", "2"]);
            assert!(
                files(&path(&whole)) == files(&path(&out)),
                "{kind}, {milliseconds} ms"
            );
            assert!(!path(&format!("{out}.partial")).exists());
        }
        assert!(was_unfinished > 0, "none was killed in time");
        ends(0, &whole, &["--resume"]);
    }
}

#[test]
fn the_shipped_experiment_runs_and_its_table_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = scenarios().join("experiments/evaluation-rules.toml");
    let path = path.display().to_string();
    // Objectives of responses that are not asked for do not matter.
    let few = [
        &path,
        "--replicates",
        "2",
        "--set",
        "run.quarters=24",
        "--response",
        "gap",
    ];
    let output = compare(folder.path(), &[&few[..], &["--out", "few"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let arguments = [&path, "--replicates", "3", "--set", "run.quarters=24"];
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    for line in said.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.ends_with(' '), "{line:?}");
    }
    for part in [
        "no_tournament",
        "codified_measures",
        "95 % interval",
        "3 replicates",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
}

#[test]
fn with_points_from_the_command_line_an_experiment_needs_no_design() {
    let folder = tempfile::tempdir().expect("a folder");
    let factor = "[[factors]]\nkey = \"tournament.intensity\"\nrange = [0, 3]\n";
    let file = experiment(folder.path(), &format!("{TWO}{factor}"));
    let small = ["--replicates", "2", "--set", "run.quarters=4", "--out", "r"];
    let refused = compare(folder.path(), &[&[file.as_str()], &small[..]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("`design` is missing"));
    let done = compare(
        folder.path(),
        &[&[file.as_str(), "--over", "4"], &small[..]].concat(),
    );
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

/// What only sets a unit has no effect, on any outcome.
#[test]
fn a_unit_has_no_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = experiment(
        folder.path(),
        "[treatments.unit]\nset = { production.productivity = 3 }\n",
    );
    let names = "competitiveness,gap,waste_share,idle_cny_mn,stringency,similarity_peers,efficiency_per_cny_bn";
    let arguments = [
        &file,
        "--replicates",
        "5",
        "--response",
        names,
        "--out",
        "r",
        "--quiet",
    ];
    let done = compare(folder.path(), &arguments);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    for row in rows(&folder.path().join("r/effects.csv")) {
        assert_eq!(row["difference"].parse(), Ok(0.0), "{row:?}");
        assert_eq!(row["verdict"], "not shown", "{row:?}");
    }
}
