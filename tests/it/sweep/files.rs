//! What is said about experiment files that are wrong.

use super::{EXPERIMENT, Folder};

/// What `sweep` says about a spoiled experiment; nothing is written.
fn refused(spoil: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let mut text = EXPERIMENT.to_string();
    for (from, to) in spoil {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    folder.write("e.toml", &text);
    let message = folder.refused(2, &["sweep", "e.toml"]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    message
}

#[test]
fn every_problem_is_named_with_its_place() {
    let message = refused(&[
        ("replicates = 6", "replicats = 6"),
        ("\"grid\"", "\"gird\""),
        ("levels = [0, 1, 2]", "levels = [0, 11, 2]"),
        ("\"waste_share\"", "\"wast_share\""),
        ("levels = [true, false]", "levels = [true, 0.5]"),
    ]);
    assert_eq!(
        message,
        "e.toml:2:1: unknown key `replicats`; nearest valid name: `replicates`\n\
         e.toml:3:33: `national` has no column of numbers `wast_share`; nearest valid name: `waste_share`\n\
         e.toml:9:8: `design.kind` is \"gird\"; allowed: \"grid\" or \"one_at_a_time\" or \"latin_hypercube\" or \"sobol\" or \"morris\" or \"saltelli\" or \"table\"; nearest valid name: \"grid\"\n\
         e.toml:13:14: `tournament.intensity` is 11; allowed: 0 to 10, default 1\n\
         e.toml:17:17: `mechanisms.codification` is 0.5; allowed: true or false, default true\n"
    );
}

#[test]
fn keys_of_scenarios_are_checked_where_they_stand() {
    let message = refused(&[("\"run.quarters\" = 8", "\"run.quarter\" = 8")]);
    assert_eq!(
        message,
        "e.toml:6:17: unknown key `run.quarter`; nearest valid name: `run.quarters`\n"
    );
    let message = refused(&[(
        "key = \"tournament.intensity\"",
        "key = \"tournament.intensty\"",
    )]);
    assert!(message.contains("e.toml:13:11: unknown key `tournament.intensty`; nearest valid name: `tournament.intensity`"), "{message}");
}

#[test]
fn ranges_must_fit_what_they_vary() {
    let message = refused(&[("levels = [0, 1, 2]", "range = [0, 20]")]);
    assert_eq!(
        message,
        "e.toml:13:9: `tournament.intensity` is 20; allowed: 0 to 10, default 1\n"
    );
    let message = refused(&[("levels = [0, 1, 2]", "range = [2, 1]")]);
    assert_eq!(
        message,
        "e.toml:13:9: `factors.range` is not two numbers in order; allowed: [LOW, HIGH]\n"
    );
    let message = refused(&[("levels = [true, false]", "range = [0, 1]")]);
    assert_eq!(
        message,
        "e.toml:15:1: `mechanisms.codification` has no range; allowed: `levels` of true or false, default true\n"
    );
    let message = refused(&[(
        "levels = [0, 1, 2]",
        "range = [0, 1]\ndistribution = \"log_uniform\"",
    )]);
    assert!(
        message.contains("a log-uniform range begins at 0; allowed: above 0"),
        "{message}"
    );
    let message = refused(&[(
        "levels = [0, 1, 2]",
        "range = [0, 1]\ndistribution = \"normal\"\nmean = 4",
    )]);
    assert!(
        message.contains("`factors.mean` is 4; allowed: 0 to 1"),
        "{message}"
    );
    assert!(message.contains("`factors.sd` is missing"), "{message}");
}

#[test]
fn designs_say_what_they_need() {
    let message = refused(&[("kind = \"grid\"", "kind = \"sobol\"")]);
    assert_eq!(
        message,
        "e.toml:8:1: `design.points` is missing; allowed: a whole number from 1 to 1000000000\n"
    );
    let message = refused(&[("kind = \"grid\"", "kind = \"grid\"\npoints = 4")]);
    assert_eq!(
        message,
        "e.toml:10:1: unknown key `points` in `design`; allowed: `kind`\n"
    );
    let message = refused(&[("[design]\nkind = \"grid\"\n", "")]);
    assert!(
        message.contains("`design` is missing; allowed: a table with `kind`"),
        "{message}"
    );
}

#[test]
fn a_table_of_points_is_checked_cell_by_cell() {
    let folder = Folder::new();
    folder.write(
        "e.toml",
        &EXPERIMENT
            .replace("kind = \"grid\"", "kind = \"table\"\nfile = \"p.csv\"")
            .replace("levels = [0, 1, 2]", "range = [0, 2]"),
    );
    folder.write(
        "p.csv",
        "design_point,mechanisms.codification,tournament.intensity\n0,true,0.25\n1,false,2\n",
    );
    folder.ok(&[
        "sweep",
        "e.toml",
        "--out",
        "r",
        "--quiet",
        "--replicates",
        "1",
    ]);
    let design = folder.read("r/design.csv");
    let rows: Vec<Vec<&str>> = design
        .lines()
        .skip(1)
        .map(|line| line.split(',').skip(2).collect())
        .collect();
    assert_eq!(rows, [["0.25", "true"], ["2.0", "false"]]);
    folder.write(
        "p.csv",
        "mechanisms.codification,tournament.intensity\ntrue,2.5\nmaybe,x\ntrue\n",
    );
    let message = folder.refused(2, &["sweep", "e.toml", "--out", "s"]);
    assert_eq!(
        message,
        "p.csv:2:1: `tournament.intensity` is \"2.5\"; allowed: a number from 0 to 2\n\
         p.csv:3:1: `tournament.intensity` is \"x\"; allowed: a number from 0 to 2\n\
         p.csv:3:1: `mechanisms.codification` is \"maybe\"; allowed: `true`, `false`\n\
         p.csv:4:1: the row has 1 cells; allowed: 2, as in the head\n"
    );
    folder.write("p.csv", "codification,tournament.intensity\n");
    let message = folder.refused(2, &["sweep", "e.toml", "--out", "s"]);
    assert!(
        message.contains("p.csv:1:1: the column `codification` is no factor"),
        "{message}"
    );
    assert!(
        message.contains("p.csv:1:1: the factor `mechanisms.codification` has no column"),
        "{message}"
    );
}

#[test]
fn what_does_not_exist_is_named() {
    let folder = Folder::new();
    let message = folder.refused(2, &["sweep", "f.toml"]);
    assert_eq!(message, "f.toml: there is no such file\n");
    folder.write("e.toml", &EXPERIMENT.replace("china.toml", "chian.toml"));
    let message = folder.refused(2, &["sweep", "e.toml"]);
    assert_eq!(message, "chian.toml: there is no such file\n");
    folder.write("e.toml", "scenario = 3\nresponses = [4]\nfactors = 5\nuncertain = [\"tournament\", \"budgts\"]\n[design]\nkind = 6\n");
    let message = folder.refused(2, &["sweep", "e.toml"]);
    assert_eq!(
        message,
        "e.toml:1:12: `scenario` is 3; allowed: a text in quotes\n\
         e.toml:2:14: `responses` holds 4; allowed: a list such as [\"competitiveness\"] or a table of names and responses\n\
         e.toml:3:11: `factors` is 5; allowed: tables `[[factors]]`\n\
         e.toml:4:28: no parameter of `budgts` has an uncertain range; nearest valid name: `budgets`\n\
         e.toml:6:8: `design.kind` is 6; allowed: \"grid\" or \"one_at_a_time\" or \"latin_hypercube\" or \"sobol\" or \"morris\" or \"saltelli\" or \"table\"\n"
    );
}
