//! `dualtrack run` as it is called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::entries;

/// The program in an empty folder.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml")
}

/// Runs two short replicates with more arguments.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = program(folder);
    command.arg("run").arg(scenario());
    command.args(["--set", "run.quarters=6", "--set", "run.replicates=2"]);
    command.args(arguments).output().expect("a program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_run_writes_to_the_folder_of_its_scenario_and_prints_a_summary_that_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    for line in summary.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.ends_with(' '), "{line:?}");
    }
    for part in [
        "2015Q4",
        "2016Q2",
        "Competitiveness",
        "n = 2",
        "seed 1",
        "national.csv",
    ] {
        assert!(summary.contains(part), "{part} in\n{summary}");
    }
    assert!(
        !summary.contains('\x1b'),
        "no colour where there is no terminal"
    );
    assert!(
        folder
            .path()
            .join("output/china-2015-2024/national.csv")
            .is_file()
    );
}

#[test]
fn one_replicate_has_dashes_for_intervals() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["--replicates", "1"]);
    let summary = text(&output.stdout);
    assert!(summary.contains("1 replicate,"), "{summary}");
    assert!(!summary.contains('['), "{summary}");
    assert!(
        summary.contains("One replicate has no interval"),
        "{summary}"
    );
}

#[test]
fn the_manifest_repeats_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(
        folder.path(),
        &["--quiet", "--seed", "77", "--threads", "2", "--out", "a"],
    );
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
    let result = folder.path().join("a");
    let manifest = fs::read(result.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("valid JSON");
    assert_eq!(manifest["program"], "dualtrack");
    assert_eq!(manifest["seed"], 77);
    assert_eq!(manifest["replicates"], 2);
    assert_eq!(manifest["threads"], 2);
    assert_eq!(manifest["last_quarter"], "2016Q2");
    assert_eq!(manifest["settings"]["run"]["seed"], 77);
    assert_eq!(manifest["settings"]["run"]["quarters"], 6);
    assert!(
        manifest["arguments"]
            .as_array()
            .is_some_and(|list| list.len() > 4)
    );
    assert!(
        manifest["sources"]
            .as_array()
            .is_some_and(|list| list.len() >= 6)
    );
    for file in manifest["files"].as_array().expect("a list") {
        let name = file["name"].as_str().expect("a name");
        let bytes = fs::read(result.join(name)).expect("a file");
        let sum: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(file["sha256"], sum, "{name}");
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        if name.ends_with(".csv") {
            let rows = text(&bytes).lines().count() - 1;
            assert_eq!(file["rows"], rows, "{name}");
        }
    }
    assert!(manifest["started"].as_str() <= manifest["finished"].as_str());
}

#[test]
fn a_result_is_replaced_only_by_force() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(folder.path(), &["--out", "a"]).status.code(), Some(0));
    let before = fs::read(folder.path().join("a/national.csv")).expect("a file");
    let refused = run(folder.path(), &["--out", "a", "--seed", "2"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(text(&refused.stderr), @"a exists and holds a run of 2 replicates; add `--force` to replace it or choose another folder with `--out`");
    let kept = fs::read(folder.path().join("a/national.csv")).expect("a file");
    assert!(kept == before);
    let replaced = run(folder.path(), &["--out", "a", "--seed", "2", "--force"]);
    assert_eq!(
        replaced.status.code(),
        Some(0),
        "{}",
        text(&replaced.stderr)
    );
    let after = fs::read(folder.path().join("a/national.csv")).expect("a file");
    assert!(after != before);
    assert_eq!(entries(&folder), ["a"]);
}

#[test]
fn a_folder_that_is_no_result_is_not_replaced_even_by_force() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("thesis")).expect("a folder");
    fs::write(folder.path().join("thesis/chapter-1.tex"), "years of work").expect("written");
    let refused = run(folder.path(), &["--out", "thesis", "--force"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(text(&refused.stderr), @"thesis exists and is not a result of dualtrack (a folder with `manifest.json`); choose another folder with `--out`");
    assert!(folder.path().join("thesis/chapter-1.tex").is_file());
    assert_eq!(entries(&folder), ["thesis"]);
}

#[test]
fn where_nothing_can_be_written_the_path_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "").expect("written");
    let refused = run(folder.path(), &["--out", "file/a"]);
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    assert!(message.starts_with("file"), "{message}");
    assert_eq!(entries(&folder), ["file"]);
}

#[test]
fn every_problem_of_a_scenario_ends_the_run_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let sets = ["--set", "traces.columns.cities=[\"budgt\"]"];
    let refused = run(folder.path(), &sets);
    assert_eq!(refused.status.code(), Some(2));
    let message = text(&refused.stderr);
    assert!(
        message.contains("unknown column `budgt` of trace file `cities`"),
        "{message}"
    );
    assert_eq!(entries(&folder), Vec::<String>::new());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = program(folder.path())
        .arg("run")
        .arg(scenario())
        .args(["--set", "run.quarters=6"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("panicked"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_leaves_what_is_done() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        interrupted(signal);
    }
}

#[cfg(unix)]
fn interrupted(signal: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let child = program(folder.path())
        .arg("run")
        .arg(scenario())
        .args(["--replicates", "100000", "--out", "a"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    // The handler is set before anything is there.
    for _ in 0..600 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        if folder.path().join("a.partial/stage-0.runs").exists() {
            break;
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    let signal = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(signal.expect("a signal").success());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(text(&output.stderr), "interrupted; go on with `--resume`\n");
    assert_eq!(entries(&folder), ["a.partial"]);
}

#[test]
fn what_a_pipe_gets_is_the_same_for_any_number_of_threads_and_any_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = |threads: &str, columns: &str| {
        let output = program(folder.path())
            .env("COLUMNS", columns)
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .arg("run")
            .arg(scenario())
            .args(["--set", "run.quarters=12", "--replicates", "5"])
            .args(["--threads", threads, "--out", "a", "--force"])
            .output()
            .expect("a program");
        text(&output.stdout)
    };
    let one = summary("1", "80");
    assert_eq!(summary("3", "140"), one);
    // Sizes of files depend on the names of folders.
    let (said, _) = one.split_once("\na\n").expect("a list of files");
    insta::assert_snapshot!(said, @r#"
    China, dual-track, 2015 to 2024
    2015Q1 to 2017Q4, 12 quarters, 32 cities, 5 replicates, seed 1

    Outcome                2015Q4   95 % interval  2017Q4   95 % interval
    Competitiveness         0.441  [0.440, 0.442]   0.427  [0.420, 0.435]
    Technological gap       0.559  [0.558, 0.560]   0.573  [0.565, 0.580]
    Similarity, all pairs   0.894  [0.891, 0.898]   0.880  [0.871, 0.888]
    Similarity, peers       0.903  [0.900, 0.905]   0.894  [0.884, 0.904]
    Specialisation          0.245  [0.240, 0.251]   0.273  [0.255, 0.290]
    Concentration           0.153  [0.153, 0.154]   0.151  [0.148, 0.153]
    Liberalisation          0.003  [0.001, 0.004]   0.024  [0.011, 0.037]
    National measures         0.0      [0.0, 0.0]     0.8      [0.2, 1.4]
      begun in a city           –               –  25.0 %  [-54.6, 104.6]
    Stringency              0.025  [0.025, 0.025]   0.031  [0.031, 0.032]
    In 2017Q4, n = 4 for "begun in a city"; it is missing in the other replicates.

    Spending, whole run      CNY bn    95 % interval   share  95 % interval
    Spending on sectors       167.9   [151.4, 184.3]  99.8 %   [99.8, 99.9]
      introduction             16.4     [15.4, 17.5]   9.8 %    [9.3, 10.3]
      subscale                 23.1     [22.7, 23.4]  13.8 %   [12.6, 15.0]
      duplicated               50.2     [44.9, 55.5]  29.9 %   [29.6, 30.1]
      idle                      8.7      [6.7, 10.6]   5.1 %     [4.5, 5.8]
      productive               69.5     [61.4, 77.6]  41.4 %   [40.5, 42.2]
    Forgone return            165.4   [149.6, 181.3]  98.6 %   [98.2, 98.9]
    Spending on instruments   0.258   [0.147, 0.368]   0.2 %     [0.1, 0.2]
      failed experiments      0.040   [0.008, 0.071]  15.2 %    [4.0, 26.4]
      poaching                0.016  [-0.004, 0.036]   7.1 %   [-1.2, 15.4]
    Shares of the line above to which a part belongs; of sectors and instruments
    together; forgone return in the rest of the economy of spending on sectors.

    Competitiveness
    0.46 ┤
         │──────┐
    0.45 ┤      └─────┐
         │            └──────┐
    0.44 ┤                   └────┐
         │                        └┐
    0.43 ┤                         └───────────┐
         │                                     └────────────────────────────────────
    0.42 ┤

    Unproductive share of spending, %
      65 ┤
         │
         │────────────┐
         │            └────────────┐
      60 ┤                         └─────┐
         │                               └───────────┐
         │                                           └───────────┐
         │                                                       └──────────────────
      55 ┤
         └┬───────────┬───────────┬────────────┬───────────┬───────────┬────────────
          2015Q1      2015Q3      2016Q1       2016Q3      2017Q1      2017Q3
    Competitiveness: capability over frontier, weighted by strategic value (O1).
    Unproductive share of spending: share of sector spending that produces nothing:
    paid to bring in outside firms, lost for want of scale, building what others
    have, or idle (E24 to E27). Axes need not start at 0.

    Means over replicates, n = 5, with Student's 95 % intervals.
    "#);
}

#[test]
fn a_locale_without_unicode_has_charts_in_ascii() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = program(folder.path())
        .env("LC_ALL", "C")
        .arg("run")
        .arg(scenario())
        .args(["--set", "run.quarters=6", "--replicates", "2"])
        .output()
        .expect("a program");
    let summary = text(&output.stdout);
    let (_, chart) = summary
        .split_once("\nCompetitiveness\n")
        .expect("a chart under the tables");
    assert!(chart.is_ascii(), "{chart}");
    assert!(chart.contains("2015Q1   "), "{chart}");
}
