//! Experiment files and what they name. What is said where they are wrong stands in the catalogue.

use super::{EXPERIMENT, Folder};

#[test]
fn a_table_of_points_is_the_design() {
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
}
