//! Where files are written: in the folder that was chosen, and nowhere else, whatever names and links say.

use std::fs;

use super::{Copy, entries};

fn ok(copy: &Copy, arguments: &[&str]) {
    let output = copy.run(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
}

/// Every cell of every table of a folder is a number or no formula.
fn check_cells(folder: &std::path::Path) {
    let files = entries(folder);
    let tables = files
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"));
    let mut count = 0;
    for path in tables {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(path)
            .expect("a table");
        for record in reader.records() {
            for cell in &record.expect("a row") {
                let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(
                    !is_formula || cell.parse::<f64>().is_ok(),
                    "{}: {cell}",
                    path.display()
                );
                count += 1;
            }
        }
    }
    assert!(count > 100);
}

#[test]
fn tables_of_results_hold_no_formulas() {
    let mut copy = Copy::new();
    let claims = "scenario = \"base.toml\"\n\n[[claims]]\nid = \"a\"\nsays = \"x\"\ncontrol = { set = { tournament.intensity = 0 } }\nresponse = \"gap\"\nexpect = \"< -0.5\"\n";
    copy.write("base/claims.toml", claims);
    let levels = fs::read_to_string(copy.path("base/points.toml")).expect("a file");
    copy.write(
        "base/grid.toml",
        levels
            .replace("kind = \"table\"\nfile = \"points.csv\"", "kind = \"grid\"")
            .replace("range = [0, 2]", "levels = [0, 2]"),
    );
    ok(
        &copy,
        &[
            "run",
            "base/base.toml",
            "--out",
            "o/run",
            "--set",
            "traces.files=national,cities,sectors,allocations,policies,officials,champions",
        ],
    );
    ok(&copy, &["sweep", "base/grid.toml", "--out", "o/sweep"]);
    copy.write(
        "base/policy.toml",
        "extends = \"base.toml\"\n[mechanisms]\ntournament = false\n",
    );
    ok(
        &copy,
        &[
            "compare",
            "base/base.toml",
            "base/policy.toml",
            "--out",
            "o/compare",
            "--replicates",
            "2",
        ],
    );
    ok(
        &copy,
        &[
            "reproduce",
            "--file",
            "base/claims.toml",
            "--out",
            "o/claims",
            "--replicates",
            "4",
        ],
    );
    check_cells(&copy.path("o"));
}

#[test]
fn a_name_of_dots_does_not_lead_out_of_the_folder() {
    let mut copy = Copy::new();
    let text = fs::read("tests/catalogue/base/base.toml").expect("a file");
    copy.write("base/..toml", &text);
    copy.write("base/...toml", &text);
    ok(&copy, &["run", "base/..toml", "--quiet"]);
    assert!(copy.path("output/unnamed/manifest.json").is_file());
    assert!(!copy.path("output/manifest.json").exists());
    ok(&copy, &["run", "base/...toml", "--quiet", "--force"]);
    assert!(!copy.path("manifest.json").exists());
}

#[test]
fn tables_are_read_from_anywhere_and_results_written_to_one_place() {
    let mut copy = Copy::new();
    let text = fs::read_to_string("tests/catalogue/base/base.toml").expect("a file");
    copy.write(
        "x/y/s.toml",
        text.replace("= \"", "= \"../../base/")
            .replace("title = \"../../base/", "title = \""),
    );
    let before = entries(&copy.path(""));
    ok(&copy, &["run", "x/y/s.toml", "--quiet"]);
    let output = copy.path("output");
    let after = entries(&copy.path(""));
    assert!(
        after
            .difference(&before)
            .all(|path| path.starts_with(&output))
    );
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A copy with a folder `away` that holds a file of worth.
    fn with_away() -> Copy {
        let mut copy = Copy::new();
        copy.write("away/thesis.tex", "years of work");
        copy
    }

    fn check_away(copy: &Copy) {
        let found = entries(&copy.path("away"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            fs::read_to_string(copy.path("away/thesis.tex")).expect("kept"),
            "years of work"
        );
    }

    /// What is said with a link at `link`, without anything written where it leads.
    fn refused(copy: &Copy, to: &str, link: &str, arguments: &[&str]) -> String {
        let path = copy.path(link);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        symlink(copy.path(to), &path).expect("a link");
        let output = copy.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(path.is_symlink());
        check_away(copy);
        fs::remove_file(path).expect("removed");
        said
    }

    #[test]
    fn a_link_in_place_of_a_result_is_not_followed() {
        let copy = with_away();
        for force in [&[][..], &["--force"]] {
            let run = [&["run", "base/base.toml"][..], force].concat();
            let said = refused(&copy, "away", "output/base", &run);
            assert!(
                said.starts_with("output/base exists and is not a result"),
                "{said}"
            );
            let run = [&["run", "base/base.toml", "--out", "r"][..], force].concat();
            refused(&copy, "away", "r", &run);
            refused(&copy, "nowhere", "r", &run);
            let sweep = [&["sweep", "base/points.toml", "--out", "r"][..], force].concat();
            refused(&copy, "away", "r", &sweep);
            let said = refused(&copy, "away", "r.partial", &sweep);
            assert!(said.starts_with("r.partial is a link"), "{said}");
        }
        refused(
            &copy,
            "away",
            "p",
            &["sweep", "base/points.toml", "--plan", "p"],
        );
    }

    #[test]
    fn a_link_in_unfinished_work_is_not_followed() {
        let copy = with_away();
        for name in ["stage-0.runs", "design.csv", "study.json", "lock"] {
            let link = format!("r.partial/{name}");
            let said = refused(
                &copy,
                "away/thesis.tex",
                &link,
                &["sweep", "base/points.toml", "--out", "r", "--resume"],
            );
            assert!(
                said.contains("is a link") || said.contains("holds files"),
                "{said}"
            );
        }
    }

    #[test]
    fn links_in_a_plan_folder_are_not_followed() {
        let copy = with_away();
        ok(
            &copy,
            &["sweep", "base/points.toml", "--plan", "p", "--shards", "1"],
        );
        let shard = ["shard", "p", "1"];
        let said = refused(&copy, "away", "p/shards/0000", &shard);
        assert!(said.contains("is a link"), "{said}");
        fs::remove_dir(copy.path("p/shards")).expect("removed");
        refused(&copy, "away", "p/shards", &shard);
        // A link at the name of the shard itself gives way.
        fs::create_dir_all(copy.path("p/shards/0000")).expect("created");
        let file = copy.path("p/shards/0000/0000001.shard");
        symlink(copy.path("away/thesis.tex"), &file).expect("a link");
        ok(&copy, &shard);
        assert!(!file.is_symlink() && file.is_file());
        check_away(&copy);
        // A script replaces one, too.
        let script = copy.path("p/slurm.sbatch");
        symlink(copy.path("away/thesis.tex"), &script).expect("a link");
        refused(
            &copy,
            "away",
            "p/log",
            &["script", "p", "--engine", "slurm", "--force"],
        );
        ok(&copy, &["script", "p", "--engine", "slurm", "--force"]);
        assert!(!script.is_symlink());
        check_away(&copy);
    }

    #[test]
    fn a_plan_names_no_files_outside_of_itself() {
        let copy = with_away();
        ok(
            &copy,
            &["sweep", "base/points.toml", "--plan", "p", "--shards", "1"],
        );
        let path = copy.path("p/plan.json");
        let text = fs::read_to_string(&path).expect("a plan");
        for name in [
            "/dev/zero",
            "files/../../away/thesis.tex",
            "../away/thesis.tex",
            "files/..",
        ] {
            fs::write(&path, text.replacen("files/01-base.toml", name, 1)).expect("written");
            let output = copy.run(&["shard", "p", "1"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(
                said.contains("is no file of a plan; allowed: `files/NAME`"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_starter_and_a_page_replace_links_or_are_refused() {
        let copy = with_away();
        let said = refused(&copy, "away", "s/data", &["init", "s/my.toml", "--force"]);
        assert!(said.contains("is a link"), "{said}");
        refused(
            &copy,
            "away/thesis.tex",
            "s/my.toml",
            &["init", "s/my.toml"],
        );
        refused(&copy, "away/none", "s/my.toml", &["init", "s/my.toml"]);
        symlink(copy.path("away/thesis.tex"), copy.path("s/my.toml")).expect("a link");
        ok(&copy, &["init", "s/my.toml", "--force"]);
        assert!(!copy.path("s/my.toml").is_symlink());
        check_away(&copy);
        ok(&copy, &["run", "base/base.toml", "--out", "r", "--quiet"]);
        for force in [&[][..], &["--force"]] {
            let page = [&["report", "r", "--out", "p.html"][..], force].concat();
            refused(&copy, "away/thesis.tex", "p.html", &page);
            let figures = [
                &["report", "r", "--out", "q.html", "--figures", "f"][..],
                force,
            ]
            .concat();
            refused(&copy, "away", "f", &figures);
        }
    }
}
