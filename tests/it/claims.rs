//! Claims: every one has a verdict, whatever threads and kills, and wrong files are answered with places.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

struct Folder(tempfile::TempDir);

const OWN: &str = "\
title = \"My own\"
scenario = \"china.toml\"

[[claims]]
id = \"mine\"
says = \"Without instruments of their own, cities liberalise less\"
set = { run.quarters = 12 }
control = { set = { mechanisms.pioneering = false } }
response = \"liberalisation@last\"
expect = \"> 0\"
";

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
        let base = base.to_string_lossy().replace('\\', "/");
        folder.write("china.toml", &format!("extends = \"{base}\"\n"));
        folder.write("own.toml", OWN);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn out(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn command_in(&self, place: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualtrack"));
        command
            .current_dir(place)
            .env("NO_COLOR", "1")
            .arg("reproduce")
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.command_in(self.0.path(), arguments).output();
        let output = output.expect("a program");
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn ok(&self, place: &Path, arguments: &[&str]) -> String {
        let output = self
            .command_in(place, arguments)
            .output()
            .expect("a program");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    }

    fn tables(&self, result: &str) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(self.path(result))
            .expect("a result")
            .map(|entry| entry.expect("an entry").path())
            // Figures and report come from the tables; the report shows clock times, as the manifest does.
            .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
            .map(|path| {
                let name = path.file_name().expect("a name");
                let name = name.to_string_lossy().into_owned();
                (name, fs::read(path).expect("a file"))
            })
            .collect();
        files.sort();
        files
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rows of a table, cell by cell.
fn rows(folder: &Folder, file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder.path(file)).expect("a table");
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

#[test]
fn claims_come_with_the_program() {
    let folder = Folder::new();
    let arguments = [
        "--claim",
        "C1",
        "--replicates",
        "2",
        "--out",
        "r",
        "--quiet",
    ];
    folder.ok(folder.0.path(), &arguments);
    assert!(folder.path("r/claims.csv").is_file());
}

#[test]
fn every_claim_of_the_paper_has_a_verdict_and_threads_change_no_byte() {
    let folder = Folder::new();
    let run = |out: &str, threads: &str| {
        let out = folder.out(out);
        let arguments = ["--replicates", "3", "--threads", threads, "--out", &out];
        folder.ok(project(), &arguments)
    };
    let text = run("one", "1");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    run("three", "3");
    assert_eq!(folder.tables("one"), folder.tables("three"));
    let ids: Vec<String> = rows(&folder, "one/claims.csv")
        .into_iter()
        .map(|row| {
            let verdicts = ["holds", "contradicted", "not shown", "reported", "open"];
            assert!(verdicts.contains(&row[16].as_str()), "{row:?}");
            row[0].clone()
        })
        .collect();
    let expected = (1..=3).map(|n| format!("A{n}"));
    let expected = expected.chain((1..=10).map(|n| format!("B{n}")));
    let expected = expected.chain((1..=10).map(|n| format!("C{n}")));
    for id in expected.chain(["D1".to_string(), "D2".to_string()]) {
        assert!(ids.contains(&id), "{id}");
        assert!(text.contains(&format!("\n{id:<4}")), "{id}");
    }
    let names: Vec<String> = folder
        .tables("one")
        .into_iter()
        .map(|file| file.0)
        .collect();
    assert_eq!(
        names,
        [
            "claims.csv",
            "disputes.csv",
            "figure1.csv",
            "henan.csv",
            "portfolios.csv",
            "regimes.csv",
            "runs.csv",
            "series.csv",
            "table1.csv"
        ]
    );
    // Ten cities of the paper by fourteen instruments.
    assert_eq!(rows(&folder, "one/table1.csv").len(), 140);
    // Pairs share their random draws: B1, C1, C2 and C7 have one control.
    let control = "mechanisms.tournament = false";
    let runs = rows(&folder, "one/runs.csv");
    let own: Vec<_> = runs.iter().filter(|row| row[1] == control).collect();
    assert_eq!(own.len(), 3 * 5);
}

#[test]
fn a_study_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = Folder::new();
    let run = |out: &str, more: &[&str]| -> Vec<String> {
        let mut arguments: Vec<String> = ["--claim", "C1", "--claim", "B9", "--full"]
            .map(String::from)
            .to_vec();
        let sizes = [
            "--replicates",
            "60",
            "--points",
            "24",
            "--pairs",
            "3",
            "--quiet",
        ];
        arguments.extend(sizes.map(String::from));
        arguments.extend(["--out".to_string(), folder.out(out)]);
        arguments.extend(more.iter().map(ToString::to_string));
        arguments
    };
    let texts = |list: &[String]| -> Vec<String> { list.to_vec() };
    let ok = |arguments: Vec<String>| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        folder.ok(project(), &arguments);
    };
    ok(run("whole", &["--threads", "1"]));
    let mut was_unfinished = 0;
    for (round, milliseconds) in [40u64, 120, 300, 800].into_iter().enumerate() {
        let out = format!("killed{round}");
        let arguments = texts(&run(&out, &[]));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut child = folder
            .command_in(project(), &arguments)
            .spawn()
            .expect("a program");
        thread::sleep(Duration::from_millis(milliseconds));
        child.kill().expect("killed");
        child.wait().expect("ended");
        if folder.path(&out).exists() {
            continue;
        }
        was_unfinished += 1;
        ok(run(&out, &["--resume", "--threads", "2"]));
        assert_eq!(
            folder.tables("whole"),
            folder.tables(&out),
            "{milliseconds} ms"
        );
        assert!(!folder.path(&format!("{out}.partial")).exists());
    }
    assert!(was_unfinished > 0, "no study was killed in time");
    let uncertainty = rows(&folder, "whole/uncertainty.csv");
    assert_eq!(uncertainty.len(), 2);
    assert_eq!(
        (uncertainty[0][0].as_str(), uncertainty[0][1].as_str()),
        ("B9", "24")
    );
}

#[test]
fn a_users_own_claim_is_run() {
    let folder = Folder::new();
    let out = folder.out("r");
    let arguments = ["--file", "own.toml", "--replicates", "40", "--out", &out];
    let text = folder.ok(folder.0.path(), &arguments);
    assert!(text.contains("mine"), "{text}");
    let found = rows(&folder, "r/claims.csv");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0][5], "run.quarters = 12");
    assert_eq!(
        found[0][6],
        "run.quarters = 12; mechanisms.pioneering = false"
    );
    assert_eq!(
        (found[0][7].as_str(), found[0][16].as_str()),
        ("40", "holds")
    );
    // A result is not replaced unless asked.
    let message = folder.refused(&arguments);
    assert!(message.contains("r exists"), "{message}");
}

#[test]
fn a_policy_with_dates_says_the_same_as_a_file_and_as_keys() {
    let folder = Folder::new();
    let base = fs::read_to_string(folder.path("china.toml")).expect("read");
    folder.write("short.toml", &format!("{base}[run]\nquarters = 20\n"));
    folder.write(
        "dated.toml",
        "extends = \"short.toml\"\n[[changes]]\nfrom = \"2018Q1\"\nset = { budgets.retention = 0.9 }\n",
    );
    let claim = |id: &str, treatment: &str, control: &str| {
        format!(
            "\n[[claims]]\nid = \"{id}\"\nsays = \"Cities that keep more spend more\"\n\
             treatment = {treatment}\ncontrol = {control}\n\
             response = \"spending_cny_mn@last\"\nexpect = \"> 0\"\n"
        )
    };
    let file = claim(
        "file",
        "{ scenario = \"dated.toml\" }",
        "{ scenario = \"short.toml\" }",
    );
    let key = claim(
        "key",
        "{ set = { \"budgets.retention@2018Q1\" = 0.9 } }",
        "{ set = {} }",
    );
    folder.write(
        "both.toml",
        &format!("title = \"Both\"\nscenario = \"short.toml\"\n{file}{key}"),
    );
    let out = folder.out("r");
    let sizes = ["--replicates", "2", "--points", "104", "--pairs", "2"];
    let mut arguments = vec!["--file", "both.toml", "--full", "--out", &out];
    arguments.extend(sizes);
    folder.ok(folder.0.path(), &arguments);
    for table in ["uncertainty", "drivers", "scenario_discovery"] {
        let of = |id: &str| -> Vec<Vec<String>> {
            let found = rows(&folder, &format!("r/{table}.csv")).into_iter();
            let own = found.filter(|row| row[0] == id);
            own.map(|row| row[1..].to_vec()).collect()
        };
        let found = of("file");
        assert_eq!(found, of("key"), "{table}");
        assert!(!found.is_empty(), "{table}");
    }
    // The change is there at design points, too.
    let uncertainty = rows(&folder, "r/uncertainty.csv");
    assert_eq!(
        (uncertainty[0][1].as_str(), uncertainty[0][8].as_str()),
        ("104", "1.0")
    );
    let verdicts = rows(&folder, "r/claims.csv");
    assert_eq!(verdicts[0][7..], verdicts[1][7..]);
}

#[test]
fn one_claim_is_picked_and_an_unknown_one_answered_with_the_nearest() {
    let folder = Folder::new();
    let out = folder.out("r");
    let arguments = ["--claim", "C1", "--replicates", "2", "--out", &out];
    folder.ok(project(), &arguments);
    let found = rows(&folder, "r/claims.csv");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0][0], "C1");
    let message = folder.refused(&["--file", "own.toml", "--claim", "mime"]);
    assert_eq!(
        message,
        "--claim: unknown claim `mime`; nearest valid name: `mine`\n"
    );
}

#[test]
fn documents_of_claims_are_valid() {
    // The register is read strictly: an error in a shipped file would stop every other test here.
    let files = [
        "a-central-level",
        "b-local-level",
        "c-assessment",
        "d-open-questions",
    ];
    let files = files.map(|name| project().join(format!("scenarios/claims/{name}.toml")));
    let file_source = dualtrack::input::scenario::file_source::FileSource::default();
    let register =
        dualtrack::input::claims::reader::load_from(&file_source, &files).expect("valid");
    assert_eq!(register.claims.len(), 25);
}
