//! Many small shards.

use std::path::Path;

use allocation_counter::measure;
use dualtrack::study::place::Begin;
use dualtrack::study::sweep::{finish::Shard, frozen::PlanFolder, gather, work::WorkFolder};

use crate::sweep::Folder;

/// Shards; `DUALTRACK_SHARDS=100000` makes it a test of patience.
fn shards() -> u64 {
    let asked = std::env::var("DUALTRACK_SHARDS").ok();
    asked.map_or(2_000, |text| text.parse().expect("a number"))
}

const EXPERIMENT: &str = "\
scenario = \"small.toml\"
responses = [\"competitiveness\"]

[set]
\"run.quarters\" = 1

[[factors]]
key = \"tournament.intensity\"
levels = [0, 1]

[design]
kind = \"grid\"
";

/// Most bytes in use at a time while shards of a plan are checked and copied.
fn most_bytes(folder: &Path, target: &Path) -> u64 {
    let frozen = PlanFolder::open(folder)
        .expect("a plan")
        .thaw()
        .expect("a plan");
    let mut work =
        WorkFolder::open(&frozen.plan, Shard::ALL, target, Begin::New).expect("a folder");
    let taken = measure(|| {
        gather::check(&frozen, 1).expect("whole shards");
        gather::copy(&frozen, &mut work).expect("copied");
    });
    taken.bytes_max
}

#[test]
fn many_small_shards_merge_in_little_memory() {
    let folder = Folder::new();
    folder.write(
        "small.toml",
        "extends = \"china.toml\"\n[cities]\nonly = [\"beijing\", \"shanghai\"]\n",
    );
    folder.write("e.toml", EXPERIMENT);
    let replicates = shards().to_string();
    let half = (shards() / 20).to_string();
    let plan = [
        "sweep",
        "e.toml",
        "--quiet",
        "--replicates",
        &replicates,
        "--plan",
    ];
    folder.ok(&[&plan[..], &["p", "--shards", &replicates]].concat());
    folder.ok(&[&plan[..], &["q", "--shards", &half]].concat());
    folder.ok(&["shard", "p", &format!("1-{replicates}"), "--quiet"]);
    folder.ok(&["shard", "q", &format!("1-{half}"), "--quiet"]);
    let many = most_bytes(&folder.path("p"), &folder.path("x"));
    let few = most_bytes(&folder.path("q"), &folder.path("y"));
    // Twenty times the shards: some bytes for each, no more.
    let more = many.saturating_sub(few);
    assert!(
        more < 200 * shards(),
        "{many} bytes for {replicates} shards, {few} for {half}"
    );
    assert!(many < (4 << 20) + 200 * shards(), "{many} bytes");
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    folder.ok(&[
        "sweep",
        "e.toml",
        "--quiet",
        "--replicates",
        &replicates,
        "--out",
        "whole",
    ]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
    let folders = std::fs::read_dir(folder.path("p/shards"))
        .expect("folders")
        .count() as u64;
    assert_eq!(folders, shards() / 1000 + 1);
}
